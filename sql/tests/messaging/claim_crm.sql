-- requirement: R2.2-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
select tests.dialog_begins(:'portal', :'channel', null, '5215557654321', '324') \g /dev/null
select is((select count(*)::int from messaging.claim_crm(20, 1)), 1, 'one of a portal, if no more are wanted');
select is((select count(*)::int from messaging.claim_crm()), 1, 'then the other');
select is_empty('select * from messaging.claim_crm()', 'what is leased is nobody else''s');
select tests.pass('2 minutes');
select is((select array_agg(todo ->> 'do') from messaging.claim_crm()), '{look,look}', 'until the lease is over: then it begins with a look again');
select is((select known from messaging.crm_client where conversation_id = :'conversation'), '{}', 'nothing is taken for known');
select tests.pass('2 minutes');
update tenancy.portal set state = 'uninstalled';
select is_empty('select * from messaging.claim_crm()', 'a portal that is gone is asked nothing');
update tenancy.portal set state = 'installed';
select tenancy.set_crm_rule(:'portal', :'channel', '1', '{"becomes": "portal", "version": 1}') \g /dev/null
select is_empty('select * from messaging.claim_crm()', 'where the portal''s tracker took over meanwhile nothing is left to do');
select is((select array_agg(distinct state) from messaging.crm_client), '{done}', 'and both are done');
set local role whatsappb24_worker;
select is_empty('select * from messaging.claim_crm()', 'the worker may ask');
reset role;
select * from finish();
rollback;
