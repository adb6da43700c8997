-- requirement: R2.2-e, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select messaging.keep_raw(array['\x00ff'::bytea, 'a repetition', 'b'], array[3, 1, 1, null, 9],
  array['gupshup', 'gupshup', 'bitrix24', 'gupshup', 'gupshup'],
  array[:'portal', :'portal', :'portal', :'portal', :'portal']::uuid[],
  array[null, :'channel', null, null, null]::uuid[]) as ids \gset
select set_eq('select channel_id, door, body from messaging.raw',
  format('values (%L::uuid, ''gupshup'', ''\x00ff''::bytea), (null, ''gupshup'', ''b'')', :'channel'),
  'bodies are kept byte by byte, once each, for the first item that came in them');
select is((select array_agg(r.body order by u.n) from unnest(:'ids'::uuid[]) with ordinality u(id, n) left join messaging.raw r on r.raw_id = u.id),
  array['\x00ff'::bytea, null, 'b'], 'their ids are returned by body, null where no item came in one');
select is(messaging.keep_raw(array['of nobody', null]::bytea[], array[1, 2], array['gupshup', 'gupshup'], array[null, :'portal']::uuid[], array[null, null]::uuid[]),
  array[null, null]::uuid[], 'a body of no portal, or none at all, is passed over');
select is((select count(*) from messaging.raw), 2::bigint, 'and nothing is written for it');
select lives_ok('select messaging.keep_raw(null, null, null, null, null)', 'nothing to keep is no error');
select * from finish();
rollback;
