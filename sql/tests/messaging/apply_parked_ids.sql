-- requirement: R2.2-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'one', 'accepted') \g /dev/null
select messaging.apply_receipts(
  jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'failed', 'code', '131047',
    'reason', 'window', 'keys', '{"gs": "gs-1"}'::jsonb, 'at', '2026-11-22T11:59:58Z', 'raw', 1, 'raw_id', 'not ours')),
  array['{"type": "failed"}']::bytea[]) \g /dev/null
select tests.pass('1 second');
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-1", "wa": "wamid.1"}', '{"pricing": {"category": "service"}}') \g /dev/null
select array_agg(parked_id) as parked, array_agg(portal_id) as portals, array_fill(:'one'::uuid, array[2]) as messages
  from messaging.parked_receipt \gset

select is((messaging.apply_parked_ids(:'portals', :'messages', :'parked') ->> 'applied')::int, 2, 'both receipts are applied to the message');
select is(tests.state_of(:'portal', :'one'), 'delivered', 'in the order in which they came: a delivery heals the failure');
select results_eq(
  $$select event, from_state, to_state, said_at, code, detail, (select encode(b.body, 'escape') from messaging.raw b where b.raw_id = r.raw_id) as body
      from messaging.receipt r order by said_at$$,
  $$values ('failed', 'submitted', 'failed', '2026-11-22 11:59:58+00'::timestamptz, '131047', null::jsonb, text '{"type": "failed"}'),
           ('delivered', 'failed', 'delivered', '2026-11-22 12:00:01+00', null, '{"pricing": {"category": "service"}}', null)$$,
  'the evidence is what was said when it was parked, with its bytes');
select is((select message_id from messaging.alias where kind = 'wa' and key = 'wamid.1'), :'one'::uuid, 'WhatsApp''s id is learnt');
select is((select count(*) from messaging.parked_receipt), 0::bigint, 'they are no longer parked');
select is((messaging.apply_parked_ids(:'portals', :'messages', :'parked') ->> 'applied')::int, 0, 'once');
select is((messaging.apply_parked_ids(null, null, null) ->> 'applied')::int, 0, 'nothing parked, nothing done');
select * from finish();
rollback;
