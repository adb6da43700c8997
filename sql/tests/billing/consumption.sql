-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent', 'out marketing * 0.6 0.3 sent');
select tests.fund(:'portal', 10000000);
select tests.ids(3) as ids \gset
select tests.held(:'portal', :'channel', :'ids');
select tests.moved(:'portal', (:'ids'::uuid[])[1:1], 'failed');
select tests.at('2026-11-23 04:00+00');
select tests.held(:'portal', :'channel', tests.ids(1), '{"category": "marketing"}');
select tests.at('2026-11-23 12:00+00');
select tests.held(:'portal', :'channel', tests.ids(1));
select results_eq(format($$select day, category, messages, amount from billing.consumption(%L, '1', '2026-11-01', '2026-12-01')$$, :'portal'),
  $$values ('2026-11-22'::date, 'marketing', 1::bigint, 600000::bigint), ('2026-11-22', 'service', 2, 800000), ('2026-11-23', 'service', 1, 400000)$$, 'by the day of the portal''s zone; what failed cost nothing');
select is((select count(*) from billing.consumption(:'portal', '1', '2026-11-23 10:00+00', '2026-12-01')), 1::bigint, 'of the time that is asked for');
select is(tests.refusal(format('select billing.consumption(%L, %L, %L, %L)', :'portal', '12', '2026-11-01', '2026-12-01')), 'WB403 permission', 'not everybody reads it');
select is(tests.refusal(format('select billing.consumption(%L, %L, %L, %L)', :'portal', '1', '2024-11-01', '2026-12-01')), 'WB400 malformed_call', 'at most 400 days');
select * from finish();
rollback;
