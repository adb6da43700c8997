-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 20000000, 'pi_1') as first \gset
select tests.pass('1 minute');
select tests.opened(:'portal', '{"key": "k2"}') as second \gset
select is((select array_agg(payment_id) from billing.payments(:'portal', '1')), array[:'second', :'first']::uuid[], 'the newest first');
select is((select row(state, is_open, captured, receipt_name) from billing.payments(:'portal', '1') where payment_id = :'first'), row('succeeded'::text, false, 20000000::bigint, 'R-000001'::text), 'with what came and its receipt');
select is((select array_agg(payment_id) from billing.payments(:'portal', '1', :'second')), array[:'first']::uuid[], 'page by page');
select is(tests.refusal(format('select billing.payments(%L, ''12'')', :'portal')), 'WB403 permission', 'not for everybody');
select is(tests.refusal(format('select billing.payments(%L, ''1'', null, 0)', :'portal')), 'WB400 malformed_call', 'a page has lines');
select * from finish();
rollback;
