-- requirement: R2.5-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select tests.robot(:'portal', :'template', '{"wait": "delivered"}') \g /dev/null
select is(tests.steps(), 'send', 'first it is to be sent');
select is(tests.steps(), 'nothing', 'by one worker');
select tests.pass('2 minutes');
select is(tests.steps(), 'send', 'or by another, when the lease is over');
select is(tests.sends(), 'sent', 'it is sent');
select is(tests.steps(), 'nothing', 'it waits');
select is((select due_at = answer_by from messaging.automation), true, 'no longer than it was told to');
select tests.pass('24 hours');
select is(tests.steps(), 'answer queued', 'then the workflow goes on with what is known');
select is((select row(request ->> 'document', answer_sealed, language) from messaging.claim_automations()), null, 'which is leased as well');
select is(tests.tells('queued'), 'true', 'told');
select tests.pass('3 minutes');
select is(tests.steps(), 'nothing', 'once');
select tests.robot(:'portal', tenancy.new_id(), p_key => 'e2') \g /dev/null
select tests.steps() \g /dev/null
select tests.sends() \g /dev/null
select is(tests.steps(), 'answer refused unknown_template', 'what could not be sent is answered with its reason');
select tests.sms(:'portal', :'channel') \g /dev/null
update tenancy.portal set state = 'uninstalled';
select is(tests.steps(), 'nothing', 'a portal that is gone is told nothing');
select * from finish();
rollback;
