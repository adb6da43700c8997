-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 11600000, 'pi_1', '{"tax": 1600000}') as payment \gset
select tests.booked(tests.proof('refund', 5800000, 'stripe:re:re_1', '{"payment": "pi_1"}'));
select is(tests.accounts(:'portal'), 'clearing_stripe -5800000, tax 800000, wallet 5000000', 'half went back');
select is(tests.booked(tests.proof('refund_failed', 5800000, 'stripe:re:re_1:failed', '{"payment": "pi_1"}')), 'done', 'and did not arrive');
select is(tests.accounts(:'portal') || ' ' || tests.payment(:'payment'), 'clearing_stripe -11600000, tax 1600000, wallet 10000000 succeeded 11600000 0 0', 'it is reversed exactly');
select is((select state from billing.refund), 'failed', 'the refund has failed');
select is((select name from billing.document where kind = 'debit_note'), 'ND-000001', 'a debit note ends the credit note');
select is(tests.booked(tests.proof('refund_failed', 5800000, 'stripe:re:re_1:failed', '{"payment": "pi_1"}')), 'repeated', 'once');
select tests.booked(tests.proof('dispute_withdrawn', 11600000, 'stripe:dp:dp_1:withdrawn', '{"payment": "pi_1", "dispute": "dp_1"}', '{"fee": 15000000}'));
select is(tests.booked(tests.proof('dispute_reinstated', 11600000, 'stripe:dp:dp_1:reinstated', '{"payment": "pi_1", "dispute": "dp_1"}')), 'done', 'a dispute that is won');
select is(tests.accounts(:'portal'), 'clearing_stripe 3400000, fees -15000000, tax 1600000, wallet 10000000', 'brings back all but its fee');
select tests.booked(tests.proof('dispute_withdrawn', 4000000, 'stripe:dp:dp_2:withdrawn', '{"payment": "pi_1", "dispute": "dp_2"}'));
select is(tests.booked(tests.proof('dispute_reinstated', 3000000, 'stripe:dp:dp_2:reinstated', '{"payment": "pi_1", "dispute": "dp_2"}')), 'done', 'a part may be reinstated');
select is(tests.payment(:'payment'), 'succeeded 11600000 0 1000000', 'the rest stays disputed');
select * from finish();
rollback;
