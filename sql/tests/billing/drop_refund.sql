-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select refund_id as refund from billing.open_refund(:'portal', 'eva', :'payment', null, 'lo pidió', 'a') \gset
select is(billing.drop_refund(:'portal', :'refund', 'REFUND_TIME_LIMIT_EXCEEDED'), 'failed', 'the provider refused');
select is((select amount from billing.open_refund(:'portal', 'eva', :'payment', null, 'otra vez', 'b')), 20000000::bigint, 'all is left again');
select is(tests.booked(tests.proof('refund', 20000000, 'stripe:re:re_1', jsonb_build_object('payment', 'pi_1', 'refund_id', :'refund'))), 'done', 'its evidence knows better');
select is((select state from billing.refund where refund_id = :'refund'), 'succeeded', 'it was made after all');
select is(billing.drop_refund(:'portal', :'refund', 'x'), 'succeeded', 'and stays');
select is(tests.refusal(format('select billing.drop_refund(%L, %L, ''x'')', :'portal', gen_random_uuid())), 'WB404 unknown_refund', 'one that there is');
select * from finish();
rollback;
