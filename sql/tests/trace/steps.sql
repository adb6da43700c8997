-- requirement: R1, R2.2-e, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select message_id as hello from messaging.receive(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'key', 'wamid.1',
  'wa_id', '5215551234567', 'name', 'Carla', 'kind', 'text', 'text', 'Hola', 'raw', 1)), array['cuerpo'::bytea]) \gset
select tests.submitted(:'portal', 'palabras', '101') as message \gset
select tests.pass('1 second');
select tests.claimed(:'portal') \g /dev/null
select tests.pass('250 milliseconds');
select tests.settled(:'portal', :'message', 'unknown', '{"code": "timeout"}') \g /dev/null
select tests.submitted(:'portal', repeat('largo', 1000), '102') as refused \gset
create function tests.step(p_portal_id uuid, p_message_id uuid, p_what text, p_payload uuid[] default '{}', p_prices boolean default false) returns jsonb language sql as $$
  select s.detail from trace.steps(p_portal_id, array[p_message_id], p_payload, p_prices) s where s.what = p_what
$$;

select is((select string_agg(what || ' ' || (detail ->> 'party'), ', ' order by at, turn) from trace.steps(:'portal', array[:'hello']::uuid[], '{}', false) where what <> 'message'),
  'received gupshup', 'what a customer wrote was received from Gupshup');
select is((select string_agg(what, ' ' order by at, turn) from trace.steps(:'portal', array[:'message']::uuid[], '{}', false) where what <> 'notice'),
  'message checked charge attempt outcome', 'an operator''s message: stored, checked, charged, tried');
select is(tests.step(:'portal', :'message', 'checked'), '{"outcome": "accepted"}', 'the checks say what they came to');
select is((select d ->> 'outcome' || ' ' || (d ->> 'code') || ' ' || (d -> 'detail' ->> 'limit') from tests.step(:'portal', :'refused', 'checked') d), 'refused too_long 4096', 'and why');
select is((select concat_ws(' ', d ->> 'party', d ->> 'number', d ->> 'outcome', d ->> 'code', d ->> 'duration_ms') from tests.step(:'portal', :'message', 'outcome') d),
  'gupshup 1 unknown timeout 250.000', 'an attempt: with whom, which, how it ended and how long it took');
select is(tests.step(:'portal', :'message', 'message') ? 'text', false, 'words are not shown');
select is(tests.step(:'portal', :'message', 'message', array[:'channel']::uuid[]) ->> 'text', 'palabras', 'but where they may be');
select is(concat(tests.step(:'portal', :'message', 'charge') ->> 'price', ' ', tests.step(:'portal', :'message', 'charge', '{}', true) ->> 'price'), ' 0', 'nor prices');
select tests.create_portal('bbbb') as other \gset
select is((select count(*) from trace.steps(:'other', array[:'hello', :'message']::uuid[], '{}', true)), 0::bigint, 'another portal has none of these steps');
select * from finish();
rollback;
