-- requirement: R4-a, R4-b, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('max', '30');
select tests.create_channel(:'portal') as channel \gset
select tests.set_subscription(:'channel', 'active');
update billing.subscription set period_ends_at = period_starts_at + interval '30 days';
select tests.at('2026-11-11 12:00+00');
select results_eq(format($$select code, version, price::bigint, every, takes_effect_at, amount::bigint, currency, period_ends_at from billing.preview_plan(%L, '1', %L, 'max')$$, :'portal', :'channel'),
  $$values ('max', 1, 30000000::bigint, 'month', '2026-11-11 12:00+00'::timestamptz, 20000000::bigint, 'USD', '2026-12-01 12:00+00'::timestamptz)$$, 'what a change would cost now');
select is(tests.subscription(:'channel'), 'basic active p0 2026-11-01 .. 2026-12-01', 'nothing is changed');
select is(tests.refusal(format('select billing.preview_plan(%L, ''7'', %L, ''max'')', :'portal', :'channel')), 'WB403 permission', 'an agent is not told');
select is(tests.refusal(format('select billing.preview_plan(%L, ''1'', %L, ''max'')', :'portal', gen_random_uuid())), 'WB404 unknown_channel', 'of a channel');
select is(tests.refusal(format('select billing.preview_plan(%L, ''1'', %L, ''basic'')', :'portal', :'channel')), 'WB409 same_plan', 'and a change');
select * from finish();
rollback;
