-- requirement: R2.3-a, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(tests.billed(:'portal', :'channel', 'gs-1', '{"billable": "false", "category": "utility"}'), 'kept', 'a billing event is kept');
select is((select row(keys, is_billable, category, country, model, type, at, due_at, message_id) from billing.billed),
  row('{"gs": "gs-1"}'::jsonb, false, 'utility'::text, 'MX'::text, 'PMP'::text, 'regular'::text, tenancy.now(), tenancy.now() + interval '5 minutes', null::uuid),
  'and read: whether billable, as what, to where; compared soon');
select tests.billed(:'portal', :'channel', 'gs-1', '{"billable": "false", "category": "utility"}') \g /dev/null
select is((select count(*) from billing.billed), 1::bigint, 'once, however often it comes');
select string_agg(e.outcome, ' ') from messaging.record_events(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'fact', 'billing', 'keys', 7, 'deductions', 'x', 'destination', '?', 'at', '2099-01-01'),
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'fact', 'template', 'payload', '{}'::jsonb))) e \g /dev/null
select is((select count(*) from billing.billed), 2::bigint, 'other events are none of this');
select is((select row(keys, is_billable, category, country, at) from billing.billed where keys = '{}'), row('{}'::jsonb, null::boolean, null::text, null::text, tenancy.now()), 'what it says in no known form stays unsaid, and nothing is in the future');
select is((select before from billing.reconciliation), tenancy.now() - interval '1 hour', 'from the first one on charges are looked for');
select * from finish();
rollback;
