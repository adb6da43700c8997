-- requirement: R2.1-c, R2.2-a, R2.5-b
begin;
select plan(17);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "foto", "type": "IMAGE", "body": "Mire.", "header": null}')) as template \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select conversation_id as conversation from messaging.message where message_id = :'hello' \gset
create function pg_temp.says(p_text text, p_user text, p_source text, p_key text) returns uuid language sql as $$
  select s.message_id from messaging.conversation v, messaging.submit(jsonb_build_array(jsonb_build_object('portal_id', v.portal_id, 'source', p_source, 'key', p_key,
    'conversation_id', v.conversation_id, 'user_id', p_user, 'parts', jsonb_build_array(jsonb_build_object('kind', 'text', 'text', p_text))))) s
$$;
create function pg_temp.mirrors() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', author, kind, text), ', ' order by author), '') from messaging.message where source = 'mirror'
$$;
select messaging.send_template(:'portal', '1', :'template', 'k1', '5215551234567', '', '{"body.1": "Ana", "body.2": "7"}') as sent \gset
select is((select row(direction, source, author, kind, text, state) from messaging.message where source = 'mirror'),
  row('in'::text, 'mirror'::text, '1'::text, 'text'::text, 'Hola Ana, su pedido 7 está listo.'::text, 'queued'::text), 'what is sent from the panel is on its way to the chat too');
select is((select a.key from messaging.alias a join messaging.message m using (portal_id, message_id) where a.kind = 'mirror' and m.source = 'mirror'), :'sent', 'under the id of what it shows');
select is(tests.queue_of(:'portal', 'in'), 'Hola, Hola Ana, su pedido 7 está listo.', 'behind what the customer said before');
select is((select row(echoes, author, portal_message_id) from messaging.mirror where message_id = :'sent'), row(0, '1'::text, null::text), 'and what the portal will say of it is expected');
select messaging.send_template(:'portal', '1', :'template', 'k1', '5215551234567', '', '{"body.1": "Ana", "body.2": "7"}') \g /dev/null
select is((select count(*) from messaging.message where source = 'mirror'), 1::bigint, 'pressed twice, shown once');
select pg_temp.says('Del robot', null, 'robot', 'r1') \g /dev/null
select is((select count(*) from messaging.message where source = 'mirror'), 1::bigint, 'what no person wrote is not shown as the customer''s');
select pg_temp.says('De Eva', '7', 'sms', 's1') \g /dev/null
select is(pg_temp.mirrors(), '1 text Hola Ana, su pedido 7 está listo., 7 text De Eva', 'what a person sent from the CRM is');
select tests.submitted(:'portal', 'Escrito en el chat') \g /dev/null
select is((select count(*) from messaging.message where source = 'mirror'), 2::bigint, 'what was written in the chat stands there already');
select is(tests.refusal(format('select messaging.send_template(%L, %L, %L, %L, %L)', :'portal', '1', :'template', 'k2', '5215551234567')), 'WB422 template_incomplete', 'what is refused');
select is((select count(*) from messaging.message where source = 'mirror'), 2::bigint, 'is not shown');
select messaging.send_template(:'portal', '1', (select template_id from messaging.template where name = 'foto'), 'k3', '573001234567', 'Eva', '{}', 'https://e.example/foto.png') \g /dev/null
select is((select row(m.kind, m.text, m.media ->> 'url', v.portal_chat_id) from messaging.message m join messaging.conversation v using (portal_id, conversation_id) where m.source = 'mirror' and m.media is not null),
  row('image'::text, 'Mire.'::text, 'https://e.example/foto.png'::text, null::text), 'a new customer gets a chat, with the picture');
select messaging.claim('in', array[:'portal'::uuid]) \g /dev/null
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}') \g /dev/null
select is((select row(source, author, contact ->> 'key', contact ->> 'wa_id') from messaging.claim('in', array[:'portal'::uuid]) where text like 'Hola Ana%'),
  row('mirror'::text, '1'::text, :'sent'::text, '5215551234567'::text), 'the worker gets who wrote it, to whom, and its id');
select is((select count(*) from billing.charge c join messaging.message m using (portal_id, message_id) where m.source = 'mirror'), 0::bigint, 'showing costs nothing');
select is((select string_agg(text, ', ' order by text collate "C") from messaging.read_conversation(:'portal', '1', :'conversation')),
  'De Eva, Del robot, Escrito en el chat, Hola, Hola Ana, su pedido 7 está listo.', 'each message stands once in the conversation');
select is((select count(*) from messaging.find_messages(:'portal', '1', p_id => :'sent')), 1::bigint, 'and once where it is looked for');
select is((select count(distinct message_id) from trace.timeline(:'portal', '1', :'sent') where what = 'message'), 2::bigint, 'its story tells of both');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
