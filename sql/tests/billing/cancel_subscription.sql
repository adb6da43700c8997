-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(billing.cancel_subscription(:'portal', '1', :'channel'), '2026-11-15 12:00+00'::timestamptz, 'it says until when the channel works');
select is(tests.subscription(:'channel'), 'basic trialing p0 2026-11-01 .. 2026-11-15 cancels', 'until then it does');
select is(billing.cancel_subscription(:'portal', '1', :'channel'), '2026-11-15 12:00+00'::timestamptz, 'asking again changes nothing');
select is((select count(*) from billing.subscription_event where event = 'cancel_later'), 1::bigint, 'and is no event');
select tests.at('2026-11-15 12:00+00');
select tests.renew() \g /dev/null
select is((select row(s.state, s.due_at, c.state, c.state_reason) from billing.subscription s join tenancy.channel c using (channel_id)),
  row('cancelled'::text, 'infinity'::timestamptz, 'suspended'::text, 'subscription_cancelled'::text), 'then it ends, and the channel stops');
select is(tests.refusal(format('select billing.cancel_subscription(%L, ''1'', %L)', :'portal', :'channel')), 'WB409 subscription_state', 'once');
select tests.set_subscription(:'channel', 'grace');
select is(billing.cancel_subscription(:'portal', '1', :'channel'), tenancy.now(), 'what is not paid for ends at once');
select is(tests.refusal(format('select billing.cancel_subscription(%L, ''7'', %L)', :'portal', :'channel')), 'WB403 permission', 'an agent cancels nothing');
select is(tests.refusal(format('select billing.cancel_subscription(%L, ''1'', %L)', :'portal', gen_random_uuid())), 'WB404 unknown_channel', 'nor what is not there');
select * from finish();
rollback;
