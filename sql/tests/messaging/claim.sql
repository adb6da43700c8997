-- requirement: R2.2-a, R2.4-c
begin;
select plan(29);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('other0portal') as other \gset
select tests.create_channel(:'other') as other_channel \gset

-- everything the sender needs
select tests.customer_writes(:'portal', :'channel', 'Hola', p_key => 'wamid.1') as hello \gset
create temporary table claimed as select * from messaging.claim('in', array[:'portal'::uuid], p_worker => 'w1');
select results_eq(
  'select portal_id, channel_id, message_id, number, kind, text, source, part, parts, chat_key, contact from claimed',
  format('values (%L::uuid, %L::uuid, %L::uuid, 1, ''text'', ''Hola'', ''whatsapp'', 1, 1, ''5215551234567'',
           ''{"key": "wamid.1", "name": "Carla", "bsuid": null, "wa_id": "5215551234567"}''::jsonb)', :'portal', :'channel', :'hello'),
  'a claim names the message, its words and its customer');
select is((select channel - 'language' - 'member_id' - 'domain' from claimed),
  '{"name": "Ventas 1", "phone": "5215550001111", "app_id": "app-1", "app_name": "Ventas1", "connector": "wab24", "line_id": "1"}'::jsonb,
  'the channel it goes through');
select is((select key_sealed from claimed), '\xaa'::bytea, 'and the channel''s key, sealed');

-- a claim is a beginning
select is(tests.state_of(:'portal', :'hello'), 'sending', 'the message is being sent from now on');
select results_eq('select number, worker, began_at, lease_until, outcome from messaging.attempt',
  $$values (1, 'w1', '2026-11-22 12:00+00'::timestamptz, '2026-11-22 12:02+00'::timestamptz, null::text)$$,
  'an attempt says so, by whom, and until when he has time');
select is(tests.lane(:'portal', :'hello'), 'claimed 1', 'its lane is his');
select is_empty(format('select tests.claimed(%L, ''in'')', :'portal'), 'and nobody else gets it');
select is(tests.settled(:'portal', :'hello', 'accepted'), 'accepted delivered', 'until he reports');

-- order and fairness
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.submitted(:'portal', 'dos', '2') as two \gset
select tests.customer_writes(:'portal', :'channel', p_wa_id => '5215557654321');
select tests.customer_writes(:'other', :'other_channel');
select tests.pass('1 second');
select tests.submitted(:'portal', 'B uno', '3', p_chat_key => '5215557654321') as b \gset
select tests.submitted(:'other', 'C uno', '4') as c \gset
select results_eq(format('select text from messaging.claim(''out'', array[%L::uuid], 1)', :'portal'), $$values ('uno')$$,
  'of one portal at most p_each lanes are taken, the longest due first, each with its head');
select text as limited from messaging.claim('out', array[:'portal', :'other', :'portal']::uuid[], 10, 1) \gset
select ok(:'limited' in ('B uno', 'C uno'), 'of all at most p_limit; a portal may be named twice');
select set_eq(format('select text from messaging.claim(''out'', array[%1$L, %2$L, %1$L, %2$L]::uuid[]) union select %3$L', :'portal', :'other', :'limited'),
  array['B uno', 'C uno'], 'a lane that is claimed gives nothing more, though dos waits in it');
select is_empty('select messaging.claim(''out'', ''{}'')', 'no portals, no messages');
select is_empty('select messaging.claim(''out'', null)', 'none at all, none either');

-- a retry is a second attempt of the same message
select tests.settled(:'portal', :'one', 'retry', '{"retry_after_s": 5, "code": "429"}');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'what waits for its back-off is not due');
select tests.pass('5 seconds');
select results_eq(format('select text, number, token from messaging.claim(''out'', array[%L::uuid])', :'portal'), 'values (''uno'', 2, 2::bigint)',
  'then it is tried again, before its followers, under a new token');
select tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1"}}');

-- the reply's context
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "wamid.9", "context_key": "gs-1", "text": "sí"}'))), 'accepted', 'a customer replies');
select is((select context from messaging.claim('in', array[:'portal'::uuid]) where text = 'sí'),
  '{"gs": "gs-1", "wa": null, "kind": "text", "text": "uno", "direction": "out"}'::jsonb, 'and the claim says to what');

-- who may not send
select tenancy.change_channel(:'portal', :'channel', 'problem', '1010');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'a channel that needs attention sends nothing');
select is(tests.lane(:'portal', :'two'), 'paused attention 1', 'its lanes are paused and say why');
select is(tests.state_of(:'portal', :'two'), 'queued', 'its messages wait');
select tenancy.change_channel(:'portal', :'channel', 'connected');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'and go on when it is repaired');
select tests.customer_writes(:'other', :'other_channel', 'más') as more \gset
update tenancy.portal set state = 'needs_reauth' where portal_id = :'other';
select is_empty(format('select tests.claimed(%L, ''in'')', :'other'), 'a portal that must be authorised again is handed nothing');
select is(tests.lane(:'other', :'more'), 'paused needs_reauth 2', 'its lanes are paused by its own state');
select tests.settled(:'other', :'c', 'accepted');
select tests.submitted(:'other', 'C dos', '5') as c2 \gset
select set_eq(format('select tests.claimed(%L)', :'other'), array[:'c2'::uuid], 'while to WhatsApp it goes on sending');

-- a head that no longer waits
select tests.settled(:'portal', :'b', 'accepted');
select tests.submitted(:'portal', 'B dos', '6', p_chat_key => '5215557654321') as b2 \gset
update messaging.message set state = 'sent' where message_id = :'b2';
select is_empty(format('select tests.claimed(%L)', :'portal'), 'what ended meanwhile is never sent');
select is(tests.lane(:'portal', :'b2'), 'idle 0', 'it leaves its lane');
select is((select count(*) from messaging.attempt where message_id = :'b2'), 0::bigint, 'without an attempt');

select ok(has_function_privilege('whatsappb24_worker', 'messaging.claim(text, uuid[], int, int, interval, text)', 'execute')
  and not has_function_privilege('whatsappb24_api', 'messaging.claim(text, uuid[], int, int, interval, text)', 'execute'), 'only the worker claims');
select is(tests.lane(:'other', :'more') || ' ' || (select count(*) from messaging.attempt where portal_id = :'other' and direction = 'in'), 'paused needs_reauth 2 0', 'what is paused is not tried');
select * from finish();
rollback;
