-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'staff');
select is(tests.credited(jsonb_build_array(tests.item(:'portal', 'stripe:pi:1', 1000000, '{"from": "clearing_stripe"}'), tests.item(:'portal', 'stripe:pi:1:tax', 160000, '{"from": "clearing_stripe", "to": "tax"}'))),
  'done 1000000, done 1000000', 'a top-up, and its tax');
select is(tests.accounts(:'portal'), 'clearing_stripe -1160000, tax 160000, wallet 1000000', 'stand in their accounts');
select is(tests.credited(jsonb_build_array(tests.item(:'portal', 'stripe:pi:1', 1000000, '{"from": "clearing_stripe"}'))), 'repeated 1000000', 'the evidence may come again');
select is((select detail ->> 'field' from billing.credit(jsonb_build_array(tests.item(:'portal', 'k', 1)))), 'from', 'money comes from somewhere');
select is(tests.credited(jsonb_build_array(tests.item(:'portal', 'k', 1, '{"from": "clearing_paypal", "currency": "EUR"}'))), 'refused wallet_currency 1000000', 'in the wallet''s currency');
select is(tests.credited(jsonb_build_array(tests.item(:'portal', 'fee', 30000, '{"from": "fees", "to": "clearing_stripe", "currency": "MXN"}'))), 'done 1000000', 'accounts beside it may have others');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'refund', 1500000, '{"to": "clearing_stripe", "shortfall": "receivable"}'))), 'done 0', 'a refund larger than the balance leaves a debt');
select is(tests.credited(jsonb_build_array(tests.item(:'portal', 'stripe:pi:2', 800000, '{"from": "clearing_stripe"}'))) || ', ' || tests.wallet(:'portal'),
  'done 800000, 300000 0', 'which the next top-up pays first');
select * from finish();
rollback;
