-- requirement: R4-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select refund_id as refund from billing.open_refund(:'portal', 'eva', :'payment', null, 'lo pidió', 'a') \gset
create function pg_temp.asked() returns bigint language sql as 'select count(*) from billing.claim_refunds()';
select is(pg_temp.asked(), 1::bigint, 'it is asked for');
select is(billing.settle_refund(:'portal', :'refund', 'later', 'timeout'), 'asked', 'nobody knows what came of it');
select tests.pass('1 minute');
select is(pg_temp.asked(), 1::bigint, 'a minute later it is asked for again');
select billing.settle_refund(:'portal', :'refund', 'taken');
select tests.pass('59 minutes');
select is(pg_temp.asked(), 0::bigint, 'the provider has it');
select tests.pass('1 minute');
select is(pg_temp.asked(), 1::bigint, 'an hour later he is asked what became of it');
select is(billing.settle_refund(:'portal', :'refund', 'refused', 'REFUND_TIME_LIMIT_EXCEEDED'), 'failed', 'the provider refused');
select is((select failure from billing.refund), 'REFUND_TIME_LIMIT_EXCEEDED', 'in his words');
select is((select amount from billing.open_refund(:'portal', 'eva', :'payment', null, 'otra vez', 'b')), 20000000::bigint, 'all is left again');
select is(tests.booked(tests.proof('refund', 20000000, 'stripe:re:re_1', jsonb_build_object('payment', 'pi_1', 'refund_id', :'refund'))), 'done', 'its evidence knows better');
select is((select row(state, failure) from billing.refund where refund_id = :'refund'), row('succeeded'::text, null::text), 'it was made after all');
select is(billing.settle_refund(:'portal', :'refund', 'refused', 'x'), 'succeeded', 'and stays');
select is(tests.refusal(format('select billing.settle_refund(%L, %L, ''refused'')', :'portal', gen_random_uuid())) || ', ' || tests.refusal(format('select billing.settle_refund(%L, %L, ''lost'')', :'portal', :'refund')),
  'WB404 unknown_refund, WB400 malformed_call', 'one that there is, with an outcome that there is');
select * from finish();
rollback;
