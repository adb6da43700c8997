-- requirement: R2.2-a, R2.4-c
begin;
select plan(28);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset

-- a chat that we do not know
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal'))), 'quarantined unknown_chat', 'nobody can be written to in a chat of which we know nothing');
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.pass('1 minute');

-- an operator writes
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal'))), 'accepted', 'once the customer has written, the same message is accepted: it had not been taken');
select message_id as first from messaging.message where direction = 'out' \gset
select is(tests.state_of(:'portal', :'first'), 'queued', 'it waits');
select is(tests.lane(:'portal', :'first'), 'due 1', 'and is due at once');
select is((select state from billing.charge where message_id = :'first'), 'held', 'its price is held before it is sent');
select results_eq(format('select author, source, text, payload ->> ''portal_message_id'' from messaging.message where message_id = %L', :'first'),
  $$values ('7', 'open_line', 'Buenos días', '100')$$, 'with who wrote it, where and as what');

-- once
select is(tests.submitted(:'portal', 'Buenos días', '100'), :'first'::uuid, 'an event that is told twice is the message we have');
select is(tests.sent(jsonb_build_array(
    tests.outgoing(:'portal', '{"key": "101"}'), tests.outgoing(:'portal', '{"key": "101"}'), tests.outgoing(:'portal', '{"key": "101", "source": "api"}'))),
  'accepted, duplicate, accepted', 'keys belong to their source');

-- in order
delete from messaging.queue;
select is(tests.sent(jsonb_build_array(
    tests.outgoing(:'portal', '{"key": "204", "portal_message_id": "204", "parts": [{"text": "cuatro"}]}'),
    tests.outgoing(:'portal', '{"key": "99", "portal_message_id": "99", "parts": [{"text": "uno"}]}'),
    tests.outgoing(:'portal', '{"key": "203", "portal_message_id": 203, "parts": [{"text": "dos"}, {"text": "tres"}]}'))),
  'accepted, accepted, accepted, accepted', 'events of one chat come in one batch, out of order');
select is(tests.queue_of(:'portal'), 'uno, dos, tres, cuatro', 'they are sent in the order of the portal''s message ids, parts in theirs');

-- parts
select results_eq(
  $$select m.part::int, m.parts::int, m.origin_id = min(m.message_id::text) over (partition by m.origin_id)::uuid
              or m.origin_id in (select o.message_id from messaging.message o where o.part = 1), c.state
      from messaging.message m join billing.charge c using (portal_id, message_id) where m.text in ('dos', 'tres') order by m.part$$,
  $$values (1, 2, true, 'held'), (2, 2, true, 'held')$$, 'the parts of one message share its origin, each has its own price');
select is(
  tests.sent(jsonb_build_array(tests.outgoing(:'portal', jsonb_build_object('key', '300', 'parts', jsonb_build_array(
    jsonb_build_object('text', 'corto'), jsonb_build_object('text', repeat('a', 4097)), '{"kind": "image"}'::jsonb, '7'::jsonb))))),
  'accepted, refused too_long, refused malformed_item, refused malformed_item', 'a part that is too long or says nothing is refused, its siblings are not');
select results_eq($$select distinct n.kind, m.source from messaging.notice n join messaging.message m using (portal_id, message_id)$$,
  $$values ('trouble', 'open_line')$$, 'and the author is told');
select results_eq($$select state, detail from messaging.message where reason = 'too_long'$$,
  $$values ('refused', '{"limit": 4096, "length": 4097}'::jsonb)$$, 'with the figures that explain it');
select is_empty($$select from messaging.message m join billing.charge c using (portal_id, message_id) where m.state = 'refused'$$, 'what is refused costs nothing');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', jsonb_build_object('key', '300', 'parts', jsonb_build_array(
    jsonb_build_object('text', 'corto'), jsonb_build_object('text', repeat('a', 4097))))))),
  'duplicate, duplicate', 'a refusal is not decided twice');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "99", "parts": [{"text": "un"}, {"text": "o"}]}'))),
  'duplicate, duplicate', 'a message that is known has no more parts when it is told again, divided in another way');

-- one bad item
select is(
  tests.sent(jsonb_build_array(
    tests.outgoing(:'portal', '{"key": "401", "portal_id": "nonsense"}'), '[]'::jsonb,
    tests.outgoing(:'portal', '{"key": "402", "line": "77"}'),
    tests.outgoing(:'portal', '{"key": "403", "raw": 1}'),
    tests.outgoing(:'portal', '{"key": "404", "at": "never", "raw": 2}'),
    tests.outgoing(:'portal', '{"key": "403", "raw": 3}')), array['body 1', 'body 2', 'body 3']::bytea[]),
  'rejected unknown_portal, rejected not_an_object, quarantined unknown_line, accepted, quarantined bad_timestamp, duplicate',
  'one bad item never fails its siblings');
select is((select string_agg(convert_from(w.body, 'UTF8'), ', ' order by w.body) from messaging.raw w where w.door = 'bitrix24'), 'body 1, body 2', 'the bytes are kept of what was taken and of what was not understood');
select is((select string_agg(q.reason, ', ' order by q.reason) from messaging.quarantined q), 'bad_timestamp, unknown_chat, unknown_line', 'and the latter is shown');

-- decisions
select tests.at('2026-11-23 12:00+00');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "500"}'))), 'refused window', '24 hours after the customer''s last message free text is refused');
select is(tests.state_of(:'portal', (select message_id from messaging.alias where key = '500/1')), 'refused', 'the refused message is kept, so that anyone can see it');
select is((select count(*) from messaging.notice n join messaging.alias a using (portal_id, message_id) where a.key = '500/1'), 1::bigint, 'and its author is told');

-- the conversation named directly
select tests.customer_writes(:'portal', :'channel');
select conversation_id as conversation from messaging.conversation \gset
select is(
  tests.sent(jsonb_build_array(
    tests.outgoing(:'portal', jsonb_build_object('source', 'panel', 'key', 'p-1', 'line', null, 'connector', null, 'chat_key', null, 'conversation_id', :'conversation')),
    tests.outgoing(:'portal', jsonb_build_object('source', 'panel', 'key', 'p-2', 'line', null, 'conversation_id', :'channel')))),
  'accepted, quarantined unknown_chat', 'panel and API name the conversation itself');

-- the call itself
select is(tests.refusal('select messaging.submit(''{}'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select is_empty('select messaging.submit(''[]'')', 'an empty one is answered with nothing');
select ok(has_function_privilege('whatsappb24_api', 'messaging.submit(jsonb, bytea[])', 'execute')
  and has_function_privilege('whatsappb24_worker', 'messaging.submit(jsonb, bytea[])', 'execute'), 'it is the door of the API and of the worker''s reconciler');
select is((select sum(balance) from trace.conservation(tenancy.now() - interval '9 days')), 0::numeric, 'nothing is lost or counted twice');
select * from finish();
rollback;
