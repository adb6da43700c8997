-- requirement: R2.2-e, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tenancy.new_id() as a \gset
select tenancy.new_id() as b \gset
select messaging.keep_raw('gupshup', array[:'a', null, :'b']::uuid[], array[:'portal', :'portal', :'portal']::uuid[],
  array[:'channel', :'channel', null]::uuid[], array['\x00ff'::bytea, 'a repetition', 'b']);
select set_eq('select raw_id, channel_id, door, body from messaging.raw',
  format('values (%L::uuid, %L::uuid, ''gupshup'', ''\x00ff''::bytea), (%L, null, ''gupshup'', ''b'')', :'a', :'channel', :'b'),
  'bodies are kept byte by byte, where they have an id');
select messaging.keep_raw('gupshup', array[tenancy.new_id(), tenancy.new_id()], array[null, :'portal']::uuid[], array[null, null]::uuid[], array['of nobody', null]::bytea[]);
select is((select count(*) from messaging.raw), 2::bigint, 'a body of no portal, or none at all, is passed over');
select lives_ok('select messaging.keep_raw(''gupshup'', null, null, null, null)', 'nothing to keep is no error');
select * from finish();
rollback;
