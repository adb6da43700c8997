-- requirement: R2.1-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select messaging.ask_template_sync(:'portal', :'channel');
select messaging.ask_template_sync(:'portal', :'channel');
select is((select count(*) from messaging.template_task), 1::bigint, 'a channel has one synchronization');
select tests.sync_templates(:'portal', :'channel', tests.listed());
select is_empty('select * from messaging.claim_template_tasks()', 'it rests when it is done');
select messaging.ask_template_sync(:'portal', :'channel');
select is((select kind from messaging.claim_template_tasks()), 'sync', 'and is due when it is asked for');
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft());
select tests.pass('10 minutes');
update tenancy.channel set state = 'disconnected';
select is_empty('select * from messaging.claim_template_tasks()', 'a channel that is off lets its tasks wait');
update tenancy.channel set state = 'active';
select messaging.ask_template_sync(:'portal', :'channel');
select is((select kind from messaging.claim_template_tasks()), 'create', 'wishes go on when it is connected again');
select * from finish();
rollback;
