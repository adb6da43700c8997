-- requirement: R2.1-c, R2.2-e, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'uno') as one \gset
select tests.pass('1 second');
select tests.submitted(:'portal', 'dos', '101') as two \gset
select tests.pass('1 second');
select tests.customer_writes(:'portal', :'channel', 'tres') as three \gset
select tests.customer_writes(:'portal', :'channel', 'de otra', '5215559876543') \g /dev/null
select conversation_id as conversation from messaging.message where message_id = :'one' \gset

set local role whatsappb24_api;
select string_agg(concat_ws(' ', text, direction, coalesce(author, '-'), state), ', ') as page from messaging.read_conversation(:'portal', '7', :'conversation') \gset
reset role;
select is(:'page'::text, 'tres in - queued, dos out 7 queued, uno in - queued', 'a conversation reads newest first, each with its author and state');
select is((select string_agg(text, ' ') from messaging.read_conversation(:'portal', '7', :'conversation', null, 2)), 'tres dos', 'by pages');
select is((select string_agg(text, ' ') from messaging.read_conversation(:'portal', '7', :'conversation', :'two', 2)), 'uno', 'that go on where the last one ended');
select is((select arrived_at from messaging.read_conversation(:'portal', '7', :'conversation', :'two')), '2026-11-22 12:00+00'::timestamptz, 'with the instant of arrival');

-- permissions
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', :'channel', 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'channel', 'auditor', tenancy.now());
select is(tests.refusal(format('select * from messaging.read_conversation(%L, ''8'', %L)', :'portal', :'conversation')), 'WB403 permission', 'who only pays does not read');
select is((select count(*) from messaging.read_conversation(:'portal', '9', :'conversation')), 3::bigint, 'an auditor reads');
select is(tests.refusal(format('select * from messaging.read_conversation(%L, null, %L)', :'portal', :'conversation')), 'WB403 permission', 'the portal without a user does not');
update tenancy.portal_user set is_active = false where user_id = '1';
select is(tests.refusal(format('select * from messaging.read_conversation(%L, ''1'', %L)', :'portal', :'conversation')), 'WB403 permission', 'nor one who was dismissed');
select is(tests.refusal(format('select * from messaging.read_conversation(%L, ''7'', gen_random_uuid())', :'portal')), 'WB404 unknown_chat', 'what is not there is not there');
select tests.create_portal('bbbb') as other \gset
select is(tests.refusal(format('select * from messaging.read_conversation(%L, ''1'', %L)', :'other', :'conversation')), 'WB404 unknown_chat', 'and another portal''s conversation is not there');
reset role;
select tests.received(jsonb_build_array(tests.incoming(m.portal_id, m.channel_id, jsonb_build_object(
    'key', 'wamid.answer', 'kind', 'button_reply', 'text', 'Sí', 'payload', '{"postbackText": "si"}'::jsonb, 'context_key', a.key))))
  from messaging.message m join messaging.alias a using (portal_id, message_id) where m.text = 'uno' \g /dev/null
select is((
  select r.postback || ' ' || (r.reply_to = :'one')::text from messaging.message m, messaging.read_conversation(m.portal_id, '9', m.conversation_id) r
   where m.message_id = :'one' and r.kind = 'button_reply'), 'si true', 'an answer names what it answers, and the key of its button');
select * from finish();
rollback;
