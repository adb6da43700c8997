-- requirement: R1, R2.1-a, R2.1-c, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'Hola') as hello \gset
select message_id as one from tests.operator_writes(:'portal', 'parte', '101', p_parts => 2) as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid) where part = 1 \gset
select message_id as two from messaging.message where part = 2 \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'two', 'failed', '{"code": "131026", "reason": "Message undeliverable", "policy": "never"}') \g /dev/null

set local role whatsappb24_api;
select concat_ws(' ', text, direction, author, state, part, attempts, charge_state) as row from messaging.read_message(:'portal', '7', :'one') \gset
reset role;
select is(:'row'::text, 'parte 1 out 7 submitted 1 1 held', 'a message with its state, part, attempts and charge');
select is((select string_agg(concat_ws(' ', p ->> 'part', p ->> 'state', p ->> 'reason'), ', ') from messaging.read_message(:'portal', '7', :'one') m, jsonb_array_elements(m.parts) p),
  '1 submitted, 2 failed 131026', 'all parts of the operator''s message');
select is((select string_agg(concat_ws(' ', i ->> 'kind', i ->> 'key'), ', ') from messaging.read_message(:'portal', '7', :'one') m, jsonb_array_elements(m.ids) i),
  'gs gs-1, open_line 101/1', 'every id that somebody knows it by');
select is((select concat_ws(' ', reason, said) from messaging.read_message(:'portal', '7', :'two')), '131026 Message undeliverable', 'what the other side said');
select is((select parts::text || may::text from messaging.read_message(:'portal', '7', :'hello')), '[]{}', 'a message of one part has no parts, and nothing to be decided');

update messaging.conversation set portal_chat_id = '1767' where portal_id = :'portal';
select is((select portal_chat_id from messaging.read_message(:'portal', '7', :'hello')), '1767', 'and the chat in the portal, so that a person can go there');

-- what may be decided
select tests.submitted(:'portal', 'perdido', '102') as lost \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'lost', 'unknown') \g /dev/null
select is((select may from messaging.read_message(:'portal', '1', :'lost')), array['arrived', 'resend', 'drop'], 'about an unknown outcome an administrator decides');
select is((select may from messaging.read_message(:'portal', '7', :'lost')), '{}'::text[], 'an agent does not');
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, ''arrived'', ''7'')', :'portal', :'lost')), 'WB403 permission', 'as the decision itself says');
select messaging.resolve_unknown(:'portal', :'lost', 'arrived', '1') \g /dev/null
select is((select state || may::text from messaging.read_message(:'portal', '1', :'lost')), 'submitted{}', 'once decided there is nothing left to decide');

-- permissions
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', :'channel', 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'channel', 'auditor', tenancy.now());
select is(tests.refusal(format('select * from messaging.read_message(%L, ''8'', %L)', :'portal', :'one')), 'WB403 permission', 'who only pays does not read');
select is((select count(*) from messaging.read_message(:'portal', '9', :'one')), 1::bigint, 'an auditor reads');
select is(tests.refusal(format('select * from messaging.read_message(%L, null, %L)', :'portal', :'one')), 'WB403 permission', 'the portal without a user does not');
select is(tests.refusal(format('select * from messaging.read_message(%L, ''1'', gen_random_uuid())', :'portal')), 'WB404 unknown_message', 'what is not there is not there');
select tests.create_portal('bbbb') as other \gset
select is(tests.refusal(format('select * from messaging.read_message(%L, ''1'', %L)', :'other', :'one')), 'WB404 unknown_message', 'and another portal''s message is not there');
select * from finish();
rollback;
