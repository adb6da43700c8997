-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(13);
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

-- With money
select tests.publish_plan('uno', '10');
select tests.publish_plan('dos', '40');
select tests.create_channel(:'portal', '2', '573001112222') as paid \gset
select tests.fund(:'portal', 25000000) \g /dev/null
select tests.set_subscription(:'paid', 'active', 'uno');
update billing.subscription set period_no = 1, period_starts_at = tenancy.now(), period_ends_at = tenancy.now() + interval '30 days', due_at = tenancy.now() + interval '30 days' where channel_id = :'paid';
select is(tests.refusal(format('select billing.change_plan(%L, ''1'', %L, ''dos'')', :'portal', :'paid')), 'WB402 balance', 'a step up that cannot be paid is refused');
select matches(tests.subscription(:'paid'), '^uno active', 'and changes nothing');
select tests.pass('10 days');
select is((select row(takes_effect_at, amount::bigint) from billing.change_plan(:'portal', '1', :'paid', 'dos')), row(tenancy.now(), 20000000::bigint), 'by the rest of the period it can');
select is(tests.wallet(:'portal'), '5000000 0', 'it is paid');
select is((select row(takes_effect_at, amount::bigint) from billing.change_plan(:'portal', '1', :'paid', 'uno')), row(tenancy.now() + interval '20 days', 0::bigint), 'a step down costs nothing and waits');
select tests.pass('20 days');
select tests.fund(:'portal', 5000000, 'stripe:pi:2') \g /dev/null
select tests.renew() \g /dev/null
select is((select concat_ws(' ', p.code, s.state, tests.wallet(:'portal')) from billing.subscription s join billing.plan p using (plan_id) where s.channel_id = :'paid'), 'uno active 0 0',
  'until the next period, which is paid at its price');
select * from finish();
rollback;
