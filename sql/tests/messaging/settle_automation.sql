-- requirement: R2.5-c, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select tests.customer_writes(:'portal', :'channel') \g /dev/null
select tests.sms(:'portal', :'channel') \g /dev/null
select tests.steps() \g /dev/null
select tests.sends('5215551234567') \g /dev/null
select is(tests.steps(), 'status queued', 'the SMS service hears that it is queued');
select tests.claimed(:'portal') as message \gset
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select is(tests.tells('queued'), 'true', 'told');
select is(tests.steps(), 'status sent', 'what moved meanwhile is told next');
select is(tests.tells('sent', '{"policy": "retry", "code": "busy"}'), 'true', 'a portal that is busy');
select is(tests.steps(), 'nothing', 'is left alone');
select tests.pass('5 seconds');
select is(tests.steps(), 'status sent', 'for seconds');
select tests.tells('sent') \g /dev/null
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-1"}') \g /dev/null
select is(tests.steps(), 'status delivered', 'delivered');
select tests.tells('delivered') \g /dev/null
select tests.receipt(:'portal', :'channel', 'read', '{"gs": "gs-1"}') \g /dev/null
select is(tests.steps(), 'nothing', 'read is delivered to an SMS service');
select is((select row(told, ended_at is not null, failure) from messaging.automation), row('delivered'::text, true, null::jsonb), 'that is its end');
select is(messaging.settle_automation(:'portal', automation_id, token, 'failed'), false, 'without a lease nothing changes') from messaging.automation;
-- a robot whose record cannot be read
select tests.robot(:'portal', :'template') \g /dev/null
select tests.steps() \g /dev/null
select tests.tells(null, '{"policy": "never", "code": "ACCESS_DENIED"}') \g /dev/null
select is(tests.steps(), 'answer refused no_phone', 'a record that cannot be read is answered');
select is(tests.tells('refused', '{"policy": "never", "code": "ACCESS_DENIED"}'), 'true', 'a workflow that is gone');
select tests.pass('1 hour');
select is(tests.steps(), 'nothing', 'is not asked again');
select tests.robot(:'portal', :'template', p_key => 'e2') \g /dev/null
update messaging.automation set tries = 20 where key = 'e2';
select tests.steps() \g /dev/null
select tests.tells(null, '{"policy": "retry", "code": "busy"}') \g /dev/null
select is(tests.steps(), 'answer refused no_phone', 'who never answers is not asked for ever');
select ok((select detail ->> 'said' = 'busy' from messaging.automation where key = 'e2'), 'and why is kept');
select * from finish();
rollback;
