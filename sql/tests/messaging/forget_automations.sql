-- requirement: R2.5-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select tests.robot(:'portal', :'template') \g /dev/null
select tests.pass('29 days');
select tests.sms(:'portal', :'channel') \g /dev/null
select is(messaging.forget_automations(), 0, 'nobody forgets early');
select tests.pass('2 days');
select is(messaging.forget_automations(0), 0, 'no more than asked for');
select is(messaging.forget_automations(), 1, 'after thirty days');
select is((select kind from messaging.automation), 'sms', 'what is younger stays');
select * from finish();
rollback;
