-- requirement: R2.1-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select messaging.ask_template_sync(:'portal', :'channel');
select messaging.ask_template_sync(:'portal', :'other');
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft());
select set_eq(
  'select kind, app_id, phone, key_sealed from messaging.claim_template_tasks()',
  $$values ('create', 'app-1', '5215550001111', '\xaa'::bytea), ('sync', 'app-2', '5215550002222', '\xaa')$$, 'one a channel, a wish first, with what the call needs');
select is_empty('select * from messaging.claim_template_tasks()', 'what is under way is not begun again');
select messaging.settle_template_task(:'portal', task_id, token, '{}') from messaging.template_task where kind = 'create' \g /dev/null
select is((select kind from messaging.claim_template_tasks()), 'sync', 'then what waited');
select tests.pass('5 minutes');
select is((select count(*) from messaging.claim_template_tasks()), 2::bigint, 'a lease ends');
select is((select array_agg(distinct tries) from messaging.template_task where kind = 'sync'), '{2}', 'tries are counted');
select tests.pass('5 minutes');
select is((select count(*) from messaging.claim_template_tasks(1)), 1::bigint, 'no more than asked for');
update tenancy.channel set state = 'disconnected';
select tests.pass('10 minutes');
select is_empty('select * from messaging.claim_template_tasks()', 'none of a channel that is off');
select * from finish();
rollback;
