-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel', null) as conversation \gset
select is_empty('select * from messaging.crm_client', 'without a rule the portal''s own tracker keeps the CRM');
select tests.dialog_begins(:'portal', :'channel', '{"becomes": "deal"}') \g /dev/null
select is((select row(state, session_id, due_at - tenancy.now()) from messaging.crm_client), row('due'::text, '323'::text, interval '0'), 'with one, the client is looked up at once');
update messaging.crm_client set state = 'done', due_at = 'infinity', known = '{"contact": 5, "deal": 9, "made": ["deal"], "linked": true}';
select tests.dialog_begins(:'portal', :'channel', null) \g /dev/null
select is(tests.crm_client(), 'done {"deal": 9, "made": ["deal"], "linked": true, "contact": 5}', 'another message of the same dialog changes nothing');
select token as before from messaging.crm_client \gset
select messaging.note_dialog(:'portal', 'wab24', '1', '5215551234567', '1807', '400') \g /dev/null
select is(tests.crm_client(), 'due {"contact": 5}', 'the next dialog asks again, and knows the client still');
select is((select token - :before from messaging.crm_client)::int, 1, 'who was at it before reports in vain');
select is((select session_id from messaging.crm_client), '400', 'it has the new session');
update messaging.crm_client set state = 'done', due_at = 'infinity';
select tests.dialog_begins(:'portal', :'channel', '{"becomes": "portal"}', '5215551234567', '500') \g /dev/null
select is(tests.crm_client(), 'done {"contact": 5}', 'when the portal''s tracker has its rule back, nothing is ours any more');
select is((select c.channel ->> 'crm' from (select tests.customer_writes(:'portal', :'channel')) w, lateral (select * from messaging.claim('in', array[:'portal'::uuid]) offset 0) c), 'portal', 'and the worker is told whose the CRM is');
select * from finish();
rollback;
