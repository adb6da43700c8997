-- requirement: R2.5-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select tests.robot(:'portal', :'template', '{"wait": "read"}') \g /dev/null
select tests.steps() \g /dev/null
select tests.sends() \g /dev/null
select tests.steps() \g /dev/null
select tests.claimed(:'portal') as message \gset
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select is((select due_at from messaging.automation), tenancy.now(), 'a move of its message makes it due');
select is(tests.steps(), 'nothing', 'sent is not what it waits for');
select tests.receipt(:'portal', :'channel', 'read', '{"gs": "gs-1"}') \g /dev/null
select is(tests.steps(), 'answer read', 'read is');
select tests.tells('read') \g /dev/null
select messaging.wake_automations(array[:'portal'::uuid], array[:'message'::uuid]) \g /dev/null
select is((select due_at from messaging.automation), 'infinity'::timestamptz, 'a workflow that was answered sleeps');
select is((select count(*) from messaging.notice), 0::bigint, 'and nobody else is told');
select * from finish();
rollback;
