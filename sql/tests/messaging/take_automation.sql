-- requirement: R2.5-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select is(tests.robot(:'portal', :'template'), 'accepted', 'a robot''s call is kept');
select is(tests.robot(:'portal', :'template', '{"wait": "read"}'), 'duplicate', 'once');
select is(tests.sms(:'portal', :'channel', p_key => 'e1'), 'accepted', 'a key of the SMS service is another');
select is((select array_agg(kind || ' ' || due_at - created_at order by kind) from messaging.automation), '{"robot 00:00:00","sms 00:00:00"}', 'both are due at once');
select is(tests.robot(:'portal', :'template', '{"hours": "9000"}', 'e2'), 'accepted', 'who wants to wait very long');
select is((select answer_by - created_at from messaging.automation where key = 'e2'), interval '168 hours', 'waits a week');
select is(tests.refusal(format('select messaging.take_automation(%L, ''robot'', ''e3'', ''{}'')', :'portal')), 'WB400 malformed_call', 'a robot without its token could never be answered');
select * from finish();
rollback;
