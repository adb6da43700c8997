-- requirement: R2.1-b, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.at('2026-11-15 12:00+00');
select tests.renew() \g /dev/null
select results_eq(format($$select at, event, from_state, to_state, actor, plan, period_no, amount::bigint from billing.subscription_history(%L, '1', %L)$$, :'portal', :'channel'),
  $$values ('2026-11-15 12:00+00'::timestamptz, 'renew', 'trialing', 'active', 'renewal', 'basic', 1, 0::bigint), ('2026-11-01 12:00+00', 'begin', null, 'trialing', '1', 'basic', 0, 0)$$,
  'the newest comes first');
select is((select count(*) from billing.subscription_history(:'portal', '1', :'channel', 1)), 1::bigint, 'as many as asked for');
select is(tests.refusal(format('select billing.subscription_history(%L, ''7'', %L)', :'portal', :'channel')), 'WB403 permission', 'an agent does not see it');
select * from finish();
rollback;
