-- requirement: R2.3-a, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as one \gset
select tests.create_channel(:'one') as first \gset
select tests.create_portal('bbbb') as two \gset
select tests.create_channel(:'two', '2', '573001112222') as second \gset
select tests.fund(:'one', 10000000), tests.fund(:'two', 10000000) \g /dev/null
select billing.note_usage(:'one', :'first', '[{"day": "2026-11-21", "service": 9, "fees": 1, "currency": "USD"}, {"day": "2026-11-20", "fees": 0, "currency": "USD"}]') \g /dev/null
select tests.pass('1 minute');
select billing.note_usage(:'two', :'second', '[{"day": "2026-11-21", "utility": 7, "fees": 0, "currency": "USD"}]') \g /dev/null
select billing.reconcile() \g /dev/null
set local role whatsappb24_api;
select results_eq('select portal_id, day, said, charged, fees, cost, differs from billing.usage_differences()',
  format($$values (%L::uuid, date '2026-11-21', '{"utility": 7}'::jsonb, '{}'::jsonb, 0::bigint, 0::bigint, '{utility}'::text[]), (%L, '2026-11-21', '{"service": 9}', '{}', 1000000, 0, '{service,cost}')$$, :'two', :'one'),
  'of every portal, what was read last first; what agrees is not there');
select is((select portal_id from billing.usage_differences(p_after => (select usage_id from billing.usage_differences(p_limit => 1)))), :'one'::uuid, 'page by page');
select is((select count(*) from billing.usage_differences(p_portal_id => :'one')), 1::bigint, 'of one portal');
select is((select row(domain, customer) from billing.usage_differences(p_portal_id => :'two')), row('p1.example'::text, 'p1.example'::text), 'with its names');
select matches((select channel from billing.usage_differences(p_portal_id => :'two')), '573001112222', 'and its number');
select is(tests.refusal('select billing.usage_differences(p_limit => 0)'), 'WB400 malformed_call', 'a page has lines');
select * from finish();
rollback;
