-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '0', '{"every": "year"}');
select tests.create_channel(:'portal') as channel \gset
select results_eq(format($$select takes_effect_at, amount::bigint, currency from billing.change_plan(%L, '1', %L, 'pro')$$, :'portal', :'channel'),
  $$values ('2026-11-01 12:00+00'::timestamptz, 0::bigint, 'USD')$$, 'in a trial the plan changes at once and for nothing');
select is(tests.subscription(:'channel'), 'pro trialing p0 2026-11-01 .. 2026-11-15', 'and the trial goes on');
select tests.at('2026-11-15 12:00+00');
select tests.renew() \g /dev/null
select is(tests.subscription(:'channel'), 'pro active p1 2026-11-15 .. 2027-11-15', 'to be followed by a period of the new plan');
select is((select row(event, from_state, to_state, actor, amount::bigint, key) from billing.subscription_event where event = 'change'),
  row('change'::text, 'trialing'::text, 'trialing'::text, '1'::text, 0::bigint, null::text), 'its history says who changed it');
select is(tests.refusal(format('select billing.change_plan(%L, ''1'', %L, ''pro'')', :'portal', :'channel')), 'WB409 same_plan', 'the same again is refused');
select is(tests.refusal(format('select billing.change_plan(%L, ''7'', %L, ''basic'')', :'portal', :'channel')), 'WB403 permission', 'an agent changes no plan');
select is(tests.refusal(format('select billing.change_plan(%L, ''1'', %L, ''basic'')', tests.create_portal('b223'), :'channel')), 'WB404 unknown_channel', 'nor anyone that of another portal');
select * from finish();
rollback;
