-- requirement: R2.1-c, R2.2-a
begin;
select plan(19);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.settles(p_report jsonb default '{}', p_failure jsonb default null) returns text language sql as $$
  select string_agg(coalesce(messaging.settle_template_task(c.portal_id, c.task_id, c.token, p_report, p_failure), 'nothing'), ' ') from messaging.claim_template_tasks() c
$$;
create function pg_temp.stands() returns text language sql as $$ select string_agg(concat_ws(' ', language, status, provider_id, reason), ', ' order by language) from messaging.template $$;
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft()) as template \gset
select is(pg_temp.settles('{"provider_id": "p1", "status": "PENDING"}'), 'done', 'it was made');
select is(pg_temp.stands(), 'es pending p1', 'and is under review, under its id');
select is(pg_temp.settles(jsonb_build_object('templates', jsonb_build_array(tests.listed('{"name": "cita", "provider_id": "p1", "status": "APPROVED"}')))), 'done', 'a synchronization follows');
select is(pg_temp.stands(), 'es approved p1', 'and tells how it stands');
select is((select due_at between tenancy.now() + interval '6 hours' and tenancy.now() + interval '6 hours 20 minutes' from messaging.template_task where kind = 'sync'), true, 'the next one is some hours away');
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft('{"language": "en"}'));
select is(pg_temp.settles('{}', '{"code": "http_429", "policy": "retry", "message": "Too Many", "retry_after_s": 30}'), 'again', 'a busy Gupshup is asked again');
select is_empty('select * from messaging.claim_template_tasks()', 'not at once');
select tests.pass('30 seconds');
select is(pg_temp.settles('{}', '{"code": "http_400", "policy": "never", "message": "Template already exists"}'), 'failed', 'a refusal ends it');
select is(pg_temp.stands(), 'en refused Template already exists, es approved p1', 'with Gupshup''s words');
select is((select failure ->> 'code' from messaging.template_task where ended_at is not null and failure is not null), 'http_400', 'which are kept');
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft('{"language": "pt_BR"}')) as lost \gset
update messaging.template_task set due_at = 'infinity' where kind = 'sync';
select is(pg_temp.settles('{}', '{"code": "timeout", "policy": "unknown"}'), 'failed', 'where nobody knows whether it was made');
select is((select status from messaging.template where template_id = :'lost'), 'submitting', 'the synchronization will tell');
select messaging.write_template(:'portal', '1', 'edit', null, :'template', tests.draft('{"body": "Con otras palabras.", "footer": ""}')) \g /dev/null
update messaging.template_task set due_at = 'infinity' where kind = 'sync';
select is(pg_temp.settles('{"status": "PENDING"}'), 'done', 'an edit was taken');
select is((select row(status, body, footer) from messaging.template where template_id = :'template'), row('pending'::text, 'Con otras palabras.'::text, null::text), 'with its new words');
select messaging.write_template(:'portal', '1', 'delete', null, :'template') \g /dev/null
update messaging.template_task set due_at = 'infinity' where kind = 'sync';
select is(pg_temp.settles(), 'done', 'a deletion was carried out');
select is((select array_agg(distinct status) from messaging.template), '{gone}', 'for every language of the name');
update messaging.template_task set due_at = tenancy.now() where kind = 'sync';
select task_id as task, token as token from messaging.claim_template_tasks() \gset
select messaging.ask_template_sync(:'portal', :'channel');
select is(messaging.settle_template_task(:'portal', :'task', :token - 1, '{}'), null, 'a lease that is over changes nothing');
select messaging.settle_template_task(:'portal', :'task', :token, '{}', '{"code": "timeout", "policy": "retry"}');
select is((select count(*) from messaging.claim_template_tasks()), 1::bigint, 'what was asked for meanwhile comes after it');
select is(messaging.settle_template_task(:'portal', gen_random_uuid(), 1, '{}'), null, 'an unknown task is none');
select * from finish();
rollback;
