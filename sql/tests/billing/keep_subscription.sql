-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select billing.cancel_subscription(:'portal', '1', :'channel') \g /dev/null
select billing.keep_subscription(:'portal', '1', :'channel');
select is(tests.subscription(:'channel'), 'basic trialing p0 2026-11-01 .. 2026-11-15', 'a cancellation is taken back');
select is(tests.refusal(format('select billing.keep_subscription(%L, ''1'', %L)', :'portal', :'channel')), 'accepted', 'again is once');
select is((select count(*) from billing.subscription_event where event = 'keep'), 1::bigint, 'and one event');
select tests.set_subscription(:'channel', 'cancelled');
select is(tests.refusal(format('select billing.keep_subscription(%L, ''1'', %L)', :'portal', :'channel')), 'WB409 subscription_state', 'not after it has counted');
select is(tests.refusal(format('select billing.keep_subscription(%L, ''7'', %L)', :'portal', :'channel')), 'WB403 permission', 'and not by an agent');
select * from finish();
rollback;
