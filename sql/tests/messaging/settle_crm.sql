-- requirement: R2.2-a, R2.4-c
begin;
select plan(23);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
select is(tests.crm_step() - 'origins', '{"do": "look", "becomes": "deal", "chat_id": "1807", "ids": {}, "phones": ["+5215551234567", "+525551234567", "5215551234567", "525551234567"]}', 'first it is looked for the client by every way to write his number');
select is(tests.crm_step('{"step": "look", "facts": {"user_code": "wab24|1|5215551234567|585"}}') #- '{fields,originId}',
  '{"do": "add", "kind": "contact", "fields": {"name": "Carla", "originatorId": "WhatsAppB24", "fm": [{"typeId": "PHONE", "value": "+5215551234567", "valueType": "MOBILE"}, {"typeId": "IM", "value": "imol|wab24|1|5215551234567|585", "valueType": "IMOL"}]}}', 'whom nobody knows becomes a contact');
select is(tests.crm_step('{"step": "add", "kind": "contact", "id": 275}'),
  jsonb_build_object('do', 'add', 'kind', 'deal', 'fields', jsonb_build_object('title', 'Carla · WhatsApp', 'contactId', 275, 'categoryId', 0, 'originatorId', 'WhatsAppB24', 'originId', :'conversation' || ':323')), 'with a deal of his own');
select is(tests.crm_step('{"step": "add", "kind": "deal", "id": 3001}'), null, 'that is all for now');
select is(tests.crm_client(), 'unanswered {"deal": 3001, "made": ["contact", "deal"], "linked": true, "contact": 275, "user_code": "wab24|1|5215551234567|585"}', 'until somebody answers');
select is(tests.crm_step(), null, 'not yet');
select tests.pass('15 seconds');
select is(tests.crm_step(), null, 'nobody answered');
select tests.submitted(:'portal', 'Hola, Carla', '101', '1', '5215551234567', '7') \g /dev/null
select tests.pass('1 second');
select tests.submitted(:'portal', 'Yo también', '102', '1', '5215551234567', '8') \g /dev/null
select tests.pass('1 minute');
select is(tests.crm_step(), '{"do": "assign", "items": [{"id": 275, "kind": "contact"}, {"id": 3001, "kind": "deal"}], "user_id": "7"}', 'whoever answers first gets him');
select is(tests.crm_step('{"step": "assign", "user_id": "7"}'), null, 'and that is that');
select is((select row(state, due_at) from messaging.crm_client), row('done'::text, 'infinity'::timestamptz), 'nothing is due any more');

select tests.dialog_begins(:'portal', :'channel', null, '5215551234567', '400') \g /dev/null
select is(tests.crm_step() -> 'ids', '{"contact": 275}', 'his next dialog knows him');
select is(tests.crm_step('{"step": "look", "facts": {"user_code": "u", "contacts": [{"id": 275, "responsible": "7", "reached": true}], "deals": [{"id": 3001, "responsible": "7", "is_open": true}]}}'), null, 'his open deal is kept: nothing is made');
select is(tests.crm_client(), 'done {"deal": 3001, "made": [], "linked": true, "contact": 275, "user_code": "u"}', 'and he stays as he is');

select tests.dialog_begins(:'portal', :'channel', '{"becomes": "deal", "open_item": "another", "stage_id": "C9:NEW", "category_id": 9}', '5215551234567', '500') \g /dev/null
select tests.crm_step() \g /dev/null
insert into tenancy.portal_user (portal_id, user_id, seen_at) values (:'portal', '7', tenancy.now());
select is(tests.crm_step('{"step": "look", "facts": {"contacts": [{"id": 275, "responsible": "7", "reached": true}], "deals": [{"id": 3001, "responsible": "7", "is_open": true}]}}') #- '{fields,originId}',
  '{"do": "add", "kind": "deal", "fields": {"title": "Carla · WhatsApp", "stageId": "C9:NEW", "categoryId": 9, "contactId": 275, "assignedById": 7, "originatorId": "WhatsAppB24"}}', 'where every dialog makes another deal, whoever has him keeps him');
select token - 1 as old from messaging.crm_client \gset
select is_empty(format('select * from messaging.settle_crm(%L)', jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'conversation_id', :'conversation', 'token', :old, 'step', 'add', 'kind', 'deal', 'id', 1))), 'a lease that is over changes nothing');
select is(tests.crm_step('{"step": "add", "failure": {"code": "timeout", "policy": "unknown", "message": "no answer"}}'), null, 'nobody knows whether it was made');
select is((select due_at - tenancy.now() from messaging.crm_client), interval '90 seconds', 'so it is looked up in a while');
select tests.pass('90 seconds');
select tests.crm_step() \g /dev/null
select is(tests.crm_step(jsonb_build_object('step', 'look', 'facts', jsonb_build_object('contacts', '[{"id": 275, "responsible": "7", "reached": true}]'::jsonb,
  'deals', jsonb_build_array(jsonb_build_object('id', 3002, 'origin', :'conversation' || ':500', 'responsible', '1', 'is_open', true))))), null, 'it was: it is not made again');
select is(tests.crm_client(), 'done {"deal": 3002, "made": ["deal"], "linked": true, "contact": 275, "user_code": "u", "responsible": "7"}', 'but taken for ours');

select tests.dialog_begins(:'portal', :'channel', null, '5215551234567', '600') \g /dev/null
select tests.crm_step() \g /dev/null
select tests.crm_step('{"step": "look", "facts": {"user_code": "u", "contacts": [{"id": 275}]}}') \g /dev/null
select is(tests.crm_step('{"step": "add", "kind": "deal", "id": 3003}'), '{"do": "link", "id": 275, "kind": "contact", "user_code": "u"}', 'the chat becomes a way to reach him');
select is(tests.crm_step('{"step": "link", "failure": {"code": "http_400", "policy": "never"}}'), null, 'where the portal does not want that it is let be');
select is((select state from messaging.crm_client), 'unanswered', 'and the rest goes on');
select is(tests.refusal('select * from messaging.settle_crm(null)'), 'WB400 malformed_call', 'a call must be a list');
select * from finish();
rollback;
