-- requirement: R2.2-a, R2.4-c
begin;
select plan(24);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('other0portal') as other \gset

-- a customer's message
select tests.customer_writes(:'portal', :'channel', 'Hola', p_key => 'wamid.a') as hello \gset
select is(tests.state_of(:'portal', :'hello'), 'queued', 'what a customer writes waits for the portal');
select is(tests.lane(:'portal', :'hello'), 'due 1', 'and is due at once');
select is((select window_until from messaging.conversation), '2026-11-23 12:00+00'::timestamptz, 'it opens the 24 hours in which the company may answer freely');
select is((select name from messaging.contact), 'Carla', 'the customer is known from now on');

-- once
select tests.pass('1 minute');
select is(tests.customer_writes(:'portal', :'channel', 'Hola', p_key => 'wamid.a'), :'hello'::uuid, 'a repeated message is the one we have');
select is(
  tests.received(jsonb_build_array(
    tests.incoming(:'portal', :'channel', '{"key": "wamid.b", "text": "uno"}'),
    tests.incoming(:'portal', :'channel', '{"key": "wamid.a"}'),
    tests.incoming(:'portal', :'channel', '{"key": "wamid.b", "text": "uno otra vez"}'))),
  'accepted, duplicate, duplicate', 'whether it repeats an earlier call or its own');
select is((select count(*) from messaging.message), 2::bigint, 'and is never stored twice');

-- in order
select is(
  tests.received(jsonb_build_array(
    tests.incoming(:'portal', :'channel', '{"key": "wamid.z", "text": "dos"}'),
    tests.incoming(:'portal', :'channel', '{"key": "wamid.c", "text": "tres"}'))),
  'accepted, accepted', 'several messages of one customer come in one call');
select is(tests.queue_of(:'portal', 'in'), 'Hola, uno, dos, tres', 'and wait in the order in which they came, not in that of their keys');

-- one bad item
select is(
  tests.received(jsonb_build_array(
    tests.incoming(:'portal', :'channel', '{"key": ""}'),
    '"nonsense"'::jsonb,
    tests.incoming(:'other', :'channel', '{"key": "wamid.d"}'),
    tests.incoming(:'portal', :'channel', '{"key": "wamid.e", "raw": 1}'),
    tests.incoming(:'portal', :'channel', '{"key": "wamid.f", "wa_id": null, "raw": 2}'),
    tests.incoming(:'portal', :'channel', '{"key": "wamid.e", "raw": 3}')),
    array['body 1', 'body 2', 'body 3']::bytea[]),
  'quarantined bad_key, rejected not_an_object, rejected unknown_channel, accepted, quarantined no_sender, duplicate',
  'one bad item never fails its siblings, and another portal''s channel is none');
select is((select string_agg(q.reason, ', ' order by q.reason) from messaging.quarantined q where q.portal_id = :'portal'),
  'bad_key, no_sender', 'what could not be understood is kept for a person');
select is(
  (select convert_from(w.body, 'UTF8') from messaging.quarantined q join messaging.raw w using (portal_id, raw_id) where q.reason = 'no_sender'),
  'body 2', 'with the bytes in which it came');
select is(
  (select convert_from(w.body, 'UTF8') from messaging.message m join messaging.raw w using (portal_id, raw_id)),
  'body 1', 'as are the bytes of what was accepted');
select is((select count(*) from messaging.raw), 2::bigint, 'but not those of a repetition');

-- an answer to something we sent
select tests.submitted(:'portal', 'Buenos días', '101') as answer \gset
select ok(tests.claimed(:'portal') = :'answer', 'the company writes');
select tests.settled(:'portal', :'answer', 'accepted', '{"keys": {"gs": "gs-1"}}');
select is(
  tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "wamid.g", "context_key": "gs-1"}'))),
  'accepted', 'the customer replies to that very message');
select is((select context_id from messaging.message where context_id is not null), :'answer'::uuid, 'and the reply knows which one it was');

-- states of the channel
select tenancy.change_channel(:'portal', :'channel', 'suspend');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "wamid.h"}'))), 'accepted', 'a suspended channel stores what arrives');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "wamid.i"}'))), 'rejected unknown_channel', 'a removed one does not');

-- the call itself
select is(tests.refusal('select messaging.receive(''{}'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select is(tests.refusal('select messaging.receive(null)'), 'WB400 malformed_call', 'and so is none at all');
select is_empty('select messaging.receive(''[]'')', 'an empty one is answered with nothing');
select ok(has_function_privilege('whatsappb24_api', 'messaging.receive(jsonb, bytea[])', 'execute')
  and not has_function_privilege('whatsappb24_worker', 'messaging.receive(jsonb, bytea[])', 'execute'), 'it is the door of the API');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
