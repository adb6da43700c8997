-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select is(tests.booked(tests.proof('refund', 5000000, 'stripe:re:1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1')), tests.proof('fee', 300000, 'stripe:pi:1:fee', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1'))), 'waits, waits', 'what builds on money waits for it');
select is(tests.accounts(:'portal'), 'wallet 0', 'nothing is posted');
select is(tests.booked(tests.proof('topup', 20000000, 'stripe:pi:1', '{"payment": "pi_1"}')), 'done', 'the money comes');
select is(tests.accounts(:'portal'), 'clearing_stripe -14700000, fees -300000, wallet 15000000', 'and all of it is posted');
select is_empty($$select from billing.evidence where state = 'waits'$$, 'nothing waits any more');
select * from finish();
rollback;
