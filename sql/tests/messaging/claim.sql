-- requirement: R2.2-a, R2.4-c
begin;
select plan(40);
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
  '{"name": "Ventas 1", "phone": "5215550001111", "app_id": "app-1", "app_name": "Ventas1", "connector": "wab24", "line_id": "1", "crm": null}'::jsonb,
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

-- a reply that overtakes the answer to what it replies to
select tests.create_portal('third0portal') as third \gset
select tests.create_channel(:'third') as third_channel \gset
select tests.customer_writes(:'third', :'third_channel', 'Buenas') as greeting \gset
select tests.claimed(:'third', 'in') \g /dev/null
select tests.settled(:'third', :'greeting', 'accepted') \g /dev/null
select tests.submitted(:'third', 'pronto', '50') as soon \gset
select tests.claimed(:'third') \g /dev/null
select tests.received(jsonb_build_array(tests.incoming(:'third', :'third_channel', '{"key": "wamid.50", "context_key": "gs-50", "text": "voy"}'))) \g /dev/null
select is((select context_id from messaging.message where text = 'voy'), null, 'a reply may come before its message''s id is known');
select tests.settled(:'third', :'soon', 'accepted', '{"keys": {"gs": "gs-50"}}') \g /dev/null
select is((select context ->> 'text' from messaging.claim('in', array[:'third'::uuid], 100) where text = 'voy'), 'pronto', 'the claim looks again, and says to what');

-- what waited too long for its window
select tests.submitted(:'third', 'tarde', '60') as late \gset
select message_id as part_one from tests.operator_writes(:'third', 'largo', '61', p_parts => 2) as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid) where part = 1 \gset
select tests.pass('25 hours');
delete from messaging.notice;
select is_empty(format('select tests.claimed(%L)', :'third'), 'free text whose 24 hours ended while it waited is not sent');
select is((select state || ' ' || reason from messaging.message where message_id = :'late'), 'expired expired', 'it expires, and says so');
select is((select state from billing.charge where message_id = :'late'), 'released', 'it costs nothing');
select is((select count(*) from messaging.attempt where message_id = :'late'), 0::bigint, 'nothing was tried');
select tests.claimed(:'third') \g /dev/null
select tests.claimed(:'third') \g /dev/null
select is((select string_agg(state, ' ') from messaging.message where origin_id = :'part_one'), 'expired expired', 'nor are the parts behind it');
select is((select string_agg(n.kind || ' ' || m.text, ', ' order by m.text desc) from messaging.notice n join messaging.message m using (portal_id, message_id) where n.kind = 'trouble'), 'trouble tarde, trouble largo 1',
  'its author is told, once for all parts');
select tests.customer_writes(:'third', :'third_channel', 'otra', '5215557654321') \g /dev/null
select tests.submitted(:'third', 'quizá', '63', p_chat_key => '5215557654321') as maybe \gset
select tests.claimed(:'third') \g /dev/null
select tests.settled(:'third', :'maybe', 'unknown') \g /dev/null
select tests.pass('25 hours');
select messaging.resolve_unknown(:'third', :'maybe', 'resend', '1') \g /dev/null
select is((select string_agg(text, ' ') from messaging.claim('out', array[:'third'::uuid], 100)), 'quizá', 'what may have left already does not expire: its evidence may still come');
select tests.customer_writes(:'third', :'third_channel', 'sigo aquí') \g /dev/null
select tests.submitted(:'third', 'ahora sí', '62') as now \gset
select is((select string_agg(text, ' ') from messaging.claim('out', array[:'third'::uuid], 100)), 'ahora sí', 'and the lane goes on with what may be sent');
select ok(tests.is_conserved(), 'every message stands where it is counted');

select * from finish();
rollback;
