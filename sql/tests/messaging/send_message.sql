-- requirement: R2.2-a, R2.3-c, R2.4-c
begin;
select plan(26);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'Hola', '5215551234567') as hello \gset
select tests.pass('1 minute');
select conversation_id as chat from messaging.conversation \gset
create function pg_temp.sent(p_parts jsonb, p_key text default 'k1', p_actor text default '7', p_chat uuid default null, p_phone text default '+52 555 123 4567')
returns text language sql as $$
  select tests.refusal(format('select * from messaging.send_message(%L, %L, %L, %L, %L, %L, %L)',
    c.portal_id, p_actor, p_key, p_chat, case when p_chat is null then c.channel_id end, p_phone, p_parts)) from tenancy.channel c
$$;
create function pg_temp.text(p_text text) returns jsonb language sql as $$ select jsonb_build_array(jsonb_build_object('kind', 'text', 'text', p_text)) $$;

select is(pg_temp.sent(pg_temp.text('Buenas')), 'accepted', 'a person writes from the panel, however the number is written');
select results_eq($$select m.source, m.author, m.text, m.state, c.state from messaging.message m join billing.charge c using (portal_id, message_id)$$,
  $$values ('panel', '7', 'Buenas', 'queued', 'held')$$, 'it waits to be sent, its price is held');
select is(pg_temp.sent(pg_temp.text('Buenas')), 'accepted', 'the same again');
select is((select count(*) from messaging.message where direction = 'out'), 1::bigint, 'is the same message');
select is(pg_temp.sent(pg_temp.text('Otra'), 'k2', '7', :'chat'), 'accepted', 'by the conversation''s id');
select results_eq(format($$select part from messaging.send_message(%L, '7', 'k3', %L, null, null, '[{"kind": "text", "text": "a"}, {"kind": "text", "text": "b"}]')$$, :'portal', :'chat'),
  $$values (1), (2)$$, 'a text in parts comes back in parts');

-- a third party's key
select tenancy.create_key(:'portal', '1', 'Tienda', array['conversation.write.all'], tenancy.now() + interval '30 days', 'wab24_x', sha256('s')) as key \gset
select is(pg_temp.sent(pg_temp.text('Del pedido 7'), 'k1', 'key:' || :'key'), 'accepted', 'a program writes with its key, and its own keys of sendings');
select is((select source || ' ' || author from messaging.message where text = 'Del pedido 7'), 'api key:' || :'key', 'as what it is');
select is(pg_temp.sent(pg_temp.text('x'), 'k9', 'key:00000000-0000-7000-8000-000000000000'), 'WB404 unknown_chat', 'who may not write learns of no conversation');
select is(pg_temp.sent(pg_temp.text('x'), 'k9', '7', '00000000-0000-7000-8000-000000000000'), 'WB404 unknown_chat', 'nor does anybody of one that is not');
select is(pg_temp.sent(pg_temp.text('x'), 'k9', p_phone => '573001234567'), 'WB409 write_first', 'nobody wrote from that number');

select is(tests.refusal(format('select * from messaging.send_message(%L, ''1'', ''k9'', null, null, ''5215551234567'', %L)', :'portal', pg_temp.text('x'))), 'WB400 malformed_item', 'and a number alone names no channel');

-- what WhatsApp would not take
select is(pg_temp.sent('[{"kind": "order", "content": {}}]', 'k9'), 'WB422 media_kind', 'a kind that only customers send');
select is(pg_temp.sent('[{"kind": "location", "content": {"latitude": 100}}]', 'k9'), 'WB422 message_faults', 'a place that is none');
select is(tests.refusal_detail(format('select * from messaging.send_message(%L, %L, %L, %L, null, null, %L)', :'portal', '7', 'k9', :'chat', '[{"kind": "location", "content": {"latitude": 1}}]')) -> 'faults',
  '[{"field": "longitude", "fault": "required", "most": null}]'::jsonb, 'is refused with its faults');
select is(pg_temp.sent('[{"kind": "text", "text": "a"}, {"kind": "text", "text": ""}]', 'k9'), 'WB400 malformed_item', 'where one part cannot be sent');
select is((select count(*) from messaging.message where direction = 'out' and text in ('a', 'x')), 1::bigint, 'none of them is kept');
select is(pg_temp.sent('[{"kind": "reaction", "content": {"emoji": "👍"}}]', 'k9'), 'WB400 malformed_item', 'a reaction is about something');
select message_id as ours from messaging.message where text = 'Buenas' and source = 'panel' \gset
select is(pg_temp.sent(jsonb_build_array(jsonb_build_object('kind', 'reaction', 'content', '{"emoji": "👍"}'::jsonb, 'reply_to', :'ours')), 'k9'),
  'WB404 unknown_message', 'that the customer said');
select is(pg_temp.sent(jsonb_build_array(jsonb_build_object('kind', 'reaction', 'content', '{"emoji": "👍"}'::jsonb, 'reply_to', :'hello')), 'k10'), 'accepted', 'then it is taken');
select is(pg_temp.sent('[{"kind": "buttons", "content": {"text": "¿Sí?", "buttons": [{"title": "Sí", "id": "si"}]}}]', 'k11'), 'accepted', 'buttons are sent');
select is((select row(text, payload -> 'content' -> 'buttons' -> 0 ->> 'id') from messaging.message where kind = 'buttons'), row(E'¿Sí?\n▸ Sí'::text, 'si'::text), 'and can be read');

-- in time
select tests.pass('25 hours');
select is(pg_temp.sent(pg_temp.text('Tarde'), 'k12'), 'WB403 window', 'after 24 hours it takes a template');
select is((select count(*) from messaging.message where text = 'Tarde'), 0::bigint, 'nothing of it is kept');
select is((select count(*) from messaging.message m where m.direction = 'out' and not exists (select from billing.charge c where c.message_id = m.message_id)), 0::bigint, 'each message that is has its price');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
