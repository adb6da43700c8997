-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.adjusted(p_portal uuid, p_amount bigint, p_key text, p_reason text default 'cortesía') returns text language sql as $$
  select a.state || ' ' || tests.wallet(p_portal) from billing.adjust(p_portal, 'eva', p_amount, p_reason, p_key) a
$$;
select is((select state from billing.adjust(:'portal', 'eva', 500000, 'cortesía', 'k1')), 'posted', 'what one person may give is given');
select is(tests.accounts(:'portal'), 'clearing_stripe -1000000, promotions -500000, wallet 1500000', 'by promotions');
select is((select state from billing.adjust(:'portal', 'eva', 500000, 'cortesía', 'k1')) || ' ' || tests.wallet(:'portal'), 'posted 1500000 0', 'once per key');
select is(tests.refusal(format('select billing.adjust(%L, %L, 500001, %L, %L)', :'portal', 'eva', 'cortesía', 'k1')), 'WB409 conflict', 'another amount under it is a conflict');
select is((select state from billing.adjust(:'portal', 'eva', -200000, 'error de ayer', 'k2')) , 'posted', 'what was too much is taken back');
select is(tests.refusal(format('select billing.adjust(%L, %L, -9000000, %L, %L)', :'portal', 'eva', 'error', 'k3')), 'WB402 balance', 'never more than there is');
select is((select state from billing.adjust(:'portal', 'eva', 100000001, 'gran cortesía', 'k4')) || ' ' || tests.wallet(:'portal'), 'proposed 1300000 0', 'above the limit it is only proposed');
select is(tests.refusal(format('select billing.adjust(%L, %L, 5, %L, %L)', :'portal', 'eva', '', 'k5')), 'WB400 malformed_call', 'and nothing without a reason');
select * from finish();
rollback;
