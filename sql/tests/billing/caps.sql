-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent');
select tests.fund(:'portal');
select billing.set_cap(:'portal', '1', 'portal', '', 'month', 1000000, 5000000), billing.set_cap(:'portal', '1', 'channel', :'channel', 'day', null, 2000000);
select tests.held(:'portal', :'channel', tests.ids(2));
select tests.at('2026-11-23 12:00+00');
select tests.held(:'portal', :'channel', tests.ids(1));
select results_eq(format($$select scope, period, begins, soft, hard, spent from billing.caps(%L, '1')$$, :'portal'),
  $$values ('channel', 'day', '2026-11-23'::date, null::bigint, 2000000::bigint, 400000::bigint), ('portal', 'month', '2026-11-01', 1000000, 5000000, 1200000)$$, 'each cap with what is spent in its period');
select is(tests.refusal(format('select billing.caps(%L, %L)', :'portal', '12')), 'WB403 permission', 'not everybody sees them');
select tests.at('2026-12-01 12:00+00');
select is((select sum(spent) from billing.caps(:'portal', '1')), 0::numeric, 'a new period begins at zero');
select * from finish();
rollback;
