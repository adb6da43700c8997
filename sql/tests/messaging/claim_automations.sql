-- requirement: R2.5-c, R2.4-c
begin;
select plan(16);
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
-- fairness
update tenancy.portal set state = 'installed';
delete from messaging.automation;
select tests.create_portal('b223c6b3710f85df22e9377d6c4f7553') as small \gset
select tests.sms(:'portal', :'channel', p_key => 'b' || n) from generate_series(1, 30) n \g /dev/null
select tests.sms(:'small', :'channel') \g /dev/null
create temp table claimed as select portal_id from messaging.claim_automations(20);
select is((select count(*) from claimed where portal_id = :'portal'), 4::bigint, 'of a portal with many only a few at once');
select is((select count(*) from claimed where portal_id = :'small'), 1::bigint, 'another is not held up');
select is(tests.steps(), 'nothing', 'while they are under way no more begin');
select tests.pass('2 minutes');
select is((select count(*) from messaging.claim_automations(3)), 3::bigint, 'and never more than asked for');
select * from finish();
rollback;
