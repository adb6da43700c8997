-- requirement: R2.2-a, R2.2-e, R2.5-b
begin;
select plan(25);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}') \g /dev/null
create function pg_temp.sends(p_text text, p_key text, p_user text default '7') returns uuid language sql as $$
  select s.message_id from messaging.conversation v, messaging.submit(jsonb_build_array(jsonb_build_object('portal_id', v.portal_id, 'source', 'panel', 'key', p_key,
    'conversation_id', v.conversation_id, 'user_id', p_user, 'parts', jsonb_build_array(jsonb_build_object('kind', 'text', 'text', p_text))))) s
$$;
create function pg_temp.shown(p_message uuid) returns uuid language sql as $$ select mirror_id from messaging.mirror where message_id = p_message $$;
-- What the portal tells: its outcome, and which message that is.
create function pg_temp.told(p_text text, p_key text, p_user text default '7', p_parts int default 1) returns text language sql as $$
  select string_agg(concat_ws(' ', s.outcome, s.reason), ', ' order by s.part)
    from tests.operator_writes((select portal_id from messaging.conversation), p_text, p_key, p_user_id => p_user, p_parts => p_parts)
      as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid)
$$;
create function pg_temp.echoed(p_message uuid) returns text language sql as $$
  select concat_ws(' ', echoes, portal_chat_id, portal_message_id) from messaging.mirror where message_id = p_message
$$;
select pg_temp.sends('Su pedido está *listo*.', 'p1') as first \gset
select is(pg_temp.told('Su pedido está listo.', '90'), 'accepted', 'the same words before ours have left are the operator''s own');
select tests.claimed(:'portal', 'in') \g /dev/null
select is(pg_temp.told('Otra cosa', '91'), 'accepted', 'other words are his own');
select is(pg_temp.told('Su pedido está listo.', '92', '1'), 'accepted', 'so are the same words of another');
select is(pg_temp.told('Su pedido está listo.', '93'), 'duplicate', 'the echo is known, although its sending is still under way');
select is(pg_temp.echoed(:'first'), '1 1807 93', 'and tells where in the chat the message stands');
select is((select message_id from messaging.alias where kind = 'open_line' and key = '93/1'), :'first'::uuid, 'that is the message''s id there from now on');
select is(pg_temp.told('Su pedido está listo.', '93'), 'duplicate', 'however often it is told');
select is(pg_temp.echoed(:'first'), '1 1807 93', 'it is one echo');
select is(pg_temp.told('Su pedido está listo.', '94'), 'accepted', 'one showing explains one echo: the next one is the operator''s own');
select tests.settled(:'portal', pg_temp.shown(:'first'), 'accepted', '{"chat_id": "1807"}') \g /dev/null

select pg_temp.sends('Igual', 'p2') as second, pg_temp.sends('Igual', 'p3') as third \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', pg_temp.shown(:'second'), 'accepted') \g /dev/null
select is((select string_agg(s.outcome, ', ' order by s.item) from messaging.submit(jsonb_build_array(
    tests.outgoing(:'portal', '{"key": "101", "portal_message_id": "101", "parts": [{"kind": "text", "text": "Igual"}]}'),
    tests.outgoing(:'portal', '{"key": "102", "portal_message_id": "102", "parts": [{"kind": "text", "text": "Igual"}]}'))) s),
  'duplicate, accepted', 'two that say the same: only what was shown has an echo');
select tests.claimed(:'portal', 'in') \g /dev/null
select is(pg_temp.told('Igual', '103'), 'duplicate', 'the second one when it was shown');
select is(array[pg_temp.echoed(:'second'), pg_temp.echoed(:'third')], array['1 101', '1 1807 103'], 'each knows its own place');
select tests.settled(:'portal', pg_temp.shown(:'third'), 'accepted') \g /dev/null

select pg_temp.sends('Perdido', 'p4') as lost \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', pg_temp.shown(:'lost'), 'unknown') \g /dev/null
select is(messaging.resolve_unknown(:'portal', pg_temp.shown(:'lost'), 'absent'), 'queued', 'what never came is shown again');
select tests.claimed(:'portal', 'in') \g /dev/null
select is(array[pg_temp.told('Perdido', '104'), pg_temp.told('Perdido', '105'), pg_temp.told('Perdido', '106')], array['duplicate', 'duplicate', 'accepted'],
  'if it came after all, both showings have their echo');
select tests.settled(:'portal', pg_temp.shown(:'lost'), 'unknown') \g /dev/null
select is(messaging.resolve_unknown(:'portal', pg_temp.shown(:'lost'), 'absent'), 'delivered', 'what the portal told of has arrived, whatever its history says');

select pg_temp.sends('Rechazado', 'p5') as refused \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', pg_temp.shown(:'refused'), 'failed', '{"policy": "never"}') \g /dev/null
select is(pg_temp.told('Rechazado', '107'), 'accepted', 'what the portal refused has no echo');

select pg_temp.sends('Uno Dos', 'p6') as whole \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', pg_temp.shown(:'whole'), 'accepted') \g /dev/null
select tests.pass('9 minutes');
select is((select string_agg(s.outcome, ', ') from messaging.submit(jsonb_build_array(tests.outgoing(:'portal',
  '{"key": "108", "portal_message_id": "108", "parts": [{"kind": "text", "text": "Uno"}, {"kind": "text", "text": "Dos"}]}'))) s), 'duplicate, duplicate', 'a late echo that comes in two parts is one');
select pg_temp.sends('Tarde', 'p7') as late \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', pg_temp.shown(:'late'), 'accepted') \g /dev/null
select tests.pass('11 minutes');
select is(pg_temp.told('Tarde', '109'), 'accepted', 'after ten minutes the same words are the operator''s own');

select results_eq($$select distinct message_id from messaging.alias where kind = 'open_line' and key in ('93/1', '101/1')$$,
  format('values (%L::uuid), (%L::uuid)', least(:'first', :'second'), greatest(:'first', :'second')), 'an echo makes no message');
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'first', 'accepted', '{"keys": {"gs": "g1"}}') \g /dev/null
select is(tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "g1"}'), 'applied', 'what reaches the phone');
select is((select row(payload ->> 'chat_id', payload ->> 'portal_message_id', keys) from messaging.claim_notices(array[:'portal'::uuid]) where kind = 'tick' and message_id = :'first'),
  row('1807'::text, '93'::text, '["g1"]'::jsonb), 'is ticked in the chat');
select is((select row(payload ->> 'is_mirrored', payload ->> 'portal_message_id') from messaging.mirror g, lateral (
    select messaging.give_notice('tick', array[g.portal_id], array[g.message_id])) t, messaging.claim_notices(array[g.portal_id]) n where g.message_id = :'late' and n.message_id = g.message_id),
  row('true'::text, null::text), 'one whose echo has not come waits for its place');
select tests.pass('2 days');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "110", "portal_message_id": "110", "at": "2026-11-22T12:10:00Z", "parts": [{"kind": "text", "text": "Tarde"}]}'))),
  'duplicate', 'what the history brings days later is known by when it was written');
select is((select count(*) from messaging.message where direction = 'out' and text = 'Igual'), 3::bigint, 'only what people wrote goes out');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
