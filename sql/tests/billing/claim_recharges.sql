-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select billing.set_recharge(:'portal', '1', '{"is_on": true, "threshold": 500000, "amount": 2000000, "monthly_cap": 9000000, "consent": {"text_version": "1"}}');
select is_empty('select from billing.claim_recharges()', 'nothing is decided yet');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 900000)));
select results_eq('select amount, currency, token from billing.claim_recharges()', $$values (2000000::bigint, 'USD', 1::bigint)$$, 'what is decided is work for the payments');
select is_empty('select from billing.claim_recharges()', 'of one');
select tests.pass('6 minutes');
select is((select token from billing.claim_recharges()), 2::bigint, 'until its lease ends: the same id, the same business key');
select * from finish();
rollback;
