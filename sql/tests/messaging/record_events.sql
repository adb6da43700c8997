-- requirement: R2.2-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('bbbb') as other \gset
create function tests.noted(p_portal_id uuid, p_channel_id uuid, p_more jsonb) returns text language sql as $$
  select string_agg(e.outcome, ' ') from messaging.record_events(
    jsonb_build_array(jsonb_build_object('portal_id', p_portal_id, 'channel_id', p_channel_id) || p_more)) e
$$;

set local role whatsappb24_api;
select string_agg(outcome, ' ' order by item) as outcomes from messaging.record_events(jsonb_build_array(
  5, null, 'x', '{}'::jsonb, '{"portal_id": "x", "channel_id": [], "raw": {}}'::jsonb,
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'fact', 'billing', 'raw', 1, 'keys', '{"gs": "gs-1"}'::jsonb),
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'raw', 'x', 'fact', 'template', 'payload', 7),
  jsonb_build_object('portal_id', :'other', 'channel_id', :'channel', 'fact', 'billing', 'raw', 2)),
  array['bill', 'stray']::bytea[]) \gset
reset role;
select is(:'outcomes'::text, 'rejected rejected rejected rejected rejected kept kept rejected', 'each item counts by itself, whatever stands beside it');
select results_eq(
  $$select fact, item, (select encode(r.body, 'escape') from messaging.raw r where r.raw_id = e.raw_id) as body from messaging.channel_event e order by fact$$,
  $$values ('billing', '{"fact": "billing", "keys": {"gs": "gs-1"}}'::jsonb, text 'bill'), ('template', '{"fact": "template", "payload": 7}', null)$$,
  'an event is kept as it was said, with its bytes');
select is((select count(*) from messaging.raw), 1::bigint, 'bytes that name no channel of ours are not');
select is(tests.noted(:'portal', :'channel', '{"fact": "account", "payload": {"status": "ACCOUNT_VERIFIED"}}'), 'kept', 'an account event is kept');
select is((select state from tenancy.channel), 'active', 'good news changes nothing');
select tests.noted(:'portal', :'channel', '{"fact": "account", "payload": {"status": "ACCOUNT_RESTRICTED"}}') \g /dev/null
select is((select state || ' ' || state_reason from tenancy.channel), 'attention ACCOUNT_RESTRICTED', 'a number that may no longer send turns its channel to attention');
select is(tests.noted(:'portal', :'channel', '{"fact": "account", "payload": {"status": "ACCOUNT_DISABLE"}}'), 'kept', 'as often as it is said');
select is((select state_reason from tenancy.channel), 'ACCOUNT_RESTRICTED', 'the first reason stands');
select is(tests.refusal('select * from messaging.record_events(''{}'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select tests.noted(:'portal', :'channel', '{"fact": "billing", "keys": {"gs": "again"}}') from generate_series(1, 3);
select is((select count(*) from messaging.channel_event where item -> 'keys' ->> 'gs' = 'again'), 1::bigint, 'an event that comes three times is kept once');
select * from finish();
rollback;
