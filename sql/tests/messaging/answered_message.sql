-- requirement: R2.2-a, R2.4-c
begin;
select plan(16);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(tests.received(jsonb_build_array(
  tests.incoming(:'portal', :'channel', '{"key": "wamid.1", "text": "¿Tienen *rojo*?"}'),
  tests.incoming(:'portal', :'channel', '{"key": "wamid.2", "text": "Hola"}'),
  tests.incoming(:'portal', :'channel', '{"key": "wamid.3", "text": "Quisiera saber cuánto cuesta el envío a Puebla"}'),
  tests.incoming(:'portal', :'channel', '{"key": "wamid.9", "text": "Soy otra", "wa_id": "5215559999999"}'))),
  'accepted, accepted, accepted, accepted', 'a customer wrote three times, another once');
select tests.pass('1 minute');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "wamid.4", "text": "Hola"}'))),
  'accepted', 'and a minute later the first one greets again');
select conversation_id as conversation from messaging.conversation where chat_key = '5215551234567' \gset
create function pg_temp.key_of(p_message_id uuid) returns text language sql as $$
  select key from messaging.alias where message_id = p_message_id and kind = 'wa'
$$;
create function pg_temp.answered(p_quoted text) returns text language sql as $$
  select pg_temp.key_of(messaging.answered_message(v.portal_id, v.conversation_id,
           jsonb_build_object('reply', jsonb_build_object('quoted', p_quoted, 'answer', 'Sí'))))
    from messaging.conversation v where v.chat_key = '5215551234567'
$$;

select is(pg_temp.answered('¿Tienen rojo?'), 'wamid.1', 'words find their message, however they are emphasised');
select is(pg_temp.answered(E'Hola'), 'wamid.4', 'of two that said the same, the newest');
select is(pg_temp.answered(E'Quisiera saber cuánto\ncuesta el envío…'), 'wamid.3', 'of a long one the beginning is enough');
select is(pg_temp.answered('Quisiera'), null, 'but not a word of it');
select is(pg_temp.answered('Soy otra'), null, 'what another customer said is not answered here');
select is(pg_temp.answered('…'), null, 'nothing is no quotation');

-- by id
select message_id as theirs from messaging.alias where key = 'wamid.2' \gset
select message_id as stranger from messaging.alias where key = 'wamid.9' \gset
select is(messaging.answered_message(:'portal', :'conversation', jsonb_build_object('reply_to', :'theirs')), :'theirs'::uuid, 'an id of ours names its message');
select is(messaging.answered_message(:'portal', :'conversation', jsonb_build_object('reply_to', :'stranger')), null, 'not one of another conversation');
select is(messaging.answered_message(:'portal', :'conversation', '{"reply_to": "wamid.2"}'), null, 'and not one that is none of ours');

-- what we said ourselves, once it is there
select tests.submitted(:'portal', 'Cuesta 20') as ours \gset
select is(messaging.answered_message(:'portal', :'conversation', jsonb_build_object('reply_to', :'ours')), null, 'what has not left cannot be quoted');
select tests.claimed(:'portal');
select tests.settled(:'portal', :'ours', 'accepted', '{"keys": {"gs": "gs-1"}}');
select is(messaging.answered_message(:'portal', :'conversation', '{"reply": {"quoted": "Cuesta 20"}}'), :'ours'::uuid, 'what has left can');

-- through submit
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', jsonb_build_object('key', '200', 'parts', jsonb_build_array(
    jsonb_build_object('kind', 'text', 'text', E'> Cliente\nDe acuerdo', 'reply', '{"quoted": "Hola", "answer": "De acuerdo"}'::jsonb),
    jsonb_build_object('kind', 'text', 'text', E'> Nadie\nDe acuerdo', 'reply', '{"quoted": "Nadie", "answer": "De acuerdo"}'::jsonb),
    jsonb_build_object('kind', 'text', 'text', 'No', 'reply_to', :'stranger'::text)))))),
  'accepted, accepted, refused unknown_message', 'an answer to a message that is not here is refused, where it was named by id');
select results_eq($$select m.text, pg_temp.key_of(m.context_id) from messaging.message m where m.source = 'open_line' and m.state = 'queued' order by m.part$$,
  $$values ('De acuerdo', 'wamid.4'), (E'> Nadie\nDe acuerdo', null)$$, 'a quotation whose message is found is WhatsApp''s own, another stays in the text');
select is((select c.context ->> 'wa' from messaging.claim('out', array[:'portal'::uuid]) c), 'wamid.4', 'and the sender learns what to quote');
select * from finish();
rollback;
