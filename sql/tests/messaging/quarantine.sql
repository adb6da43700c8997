-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('bbbb') as other \gset

set local role whatsappb24_api;
select messaging.quarantine(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'door', 'gupshup', 'reason', 'not_json', 'raw', 1),
  jsonb_build_object('portal_id', :'portal', 'door', 'bitrix24', 'reason', repeat('long', 99), 'item', '{"a": 1}'::jsonb, 'raw', 2),
  jsonb_build_object('portal_id', :'portal'),
  jsonb_build_object('portal_id', :'other', 'channel_id', :'channel', 'door', 'gupshup', 'reason', 'strange', 'raw', '{}'::jsonb),
  jsonb_build_object('portal_id', gen_random_uuid(), 'raw', 3), '{"portal_id": 7}'::jsonb, 7, null, 'x', '[]'::jsonb),
  array['{', 'a=%ff', 'nobody''s']::bytea[]) as kept \gset
reset role;
select is(:kept, 4, 'what names a portal of ours is kept, whatever else is wrong with it');
select results_eq(
  $$select q.door, left(q.reason, 8) as reason, length(q.reason), q.channel_id is not null, encode(r.body, 'escape') as body
      from messaging.quarantined q left join messaging.raw r on r.portal_id = q.portal_id and r.raw_id = q.raw_id order by q.reason$$,
  $$values ('bitrix24', text 'longlong', 200, false, text 'a=%ff'), ('gupshup', 'not_json', 8, true, '{'),
           ('gupshup', 'strange', 7, false, null), ('unknown', 'unknown', 7, false, null)$$,
  'with its bytes, and its channel where the portal has it');
select is((select count(*) from messaging.raw), 2::bigint, 'bytes of nobody are not kept');
select is((select sum(quarantined) from trace.conservation() where balance = 0 and direction = 'out'), 1::numeric, 'it is counted');
select is(messaging.quarantine('[]'), 0, 'nothing to keep, nothing kept');
select is(tests.refusal('select messaging.quarantine(''7'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select messaging.quarantine(jsonb_build_array(jsonb_build_object(
  'portal_id', :'portal', 'door', 'gupshup', 'reason', 'again', 'raw', 1)), array['same bytes']::bytea[]) from generate_series(1, 3);
select is((select count(*) from messaging.quarantined where reason = 'again'), 1::bigint, 'what comes three times is kept once');
select is(messaging.quarantine(jsonb_build_array(jsonb_build_object(
  'portal_id', :'portal', 'door', 'gupshup', 'reason', 'again', 'raw', 1)), array['other bytes']::bytea[]), 1, 'other bytes are another case');
select * from finish();
rollback;
