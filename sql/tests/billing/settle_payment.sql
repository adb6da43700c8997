-- requirement: R4-c, R2.3-a, R2.4-c
begin;
select plan(39);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select tests.proof('topup', 23200000, 'stripe:pi:pi_1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1', 'checkout', 'cs_1', 'customer', 'cus_1'), '{"tax": 3200000}') as topup \gset
select tests.proof('fee', 700000, 'stripe:pi:pi_1:fee', '{"payment": "pi_1"}') as fee \gset

-- a top-up
select is(tests.booked(:'fee'), 'unmatched unknown_payment', 'what names nothing of ours is not booked');
select is(tests.booked(:'topup'), 'done', 'money comes');
select is(tests.accounts(:'portal'), 'clearing_stripe -23200000, tax 3200000, wallet 20000000', 'net of tax to the wallet, tax to its account');
select is(tests.payment(:'payment'), 'succeeded 23200000 0 0', 'its payment has succeeded');
select is(tests.booked(:'topup', :'topup'), 'repeated, repeated', 'it may come again');
select is(tests.booked(:'topup'::jsonb || '{"amount": 23200001}'), 'conflict conflict', 'but not with another amount');
select is(tests.booked(:'fee'), 'done', 'the fee is known later');
select is(tests.accounts(:'portal'), 'clearing_stripe -22500000, fees -700000, tax 3200000, wallet 20000000', 'and is our expense');
select is((select group_id from billing.transfer where key = 'stripe:pi:pi_1'), (select group_id from billing.transfer where key = 'stripe:pi:pi_1:tax'), 'what happened together stands together');
select is((select count(*) from billing.document), 1::bigint, 'a receipt is issued, once');

-- refunds
select is(tests.booked(tests.proof('refund', 7730000, 'stripe:re:re_1', '{"payment": "pi_1", "refund": "re_1"}')), 'done', 'a part goes back');
select is(tests.accounts(:'portal'), 'clearing_stripe -14770000, fees -700000, tax 2133793, wallet 13336207', 'with its part of the tax');
select is(tests.booked(tests.proof('refund', 15470001, 'stripe:re:re_2', '{"payment": "pi_1", "refund": "re_2"}')), 'waits', 'more than is left waits');
select is(tests.booked(tests.proof('refund_failed', 7730000, 'stripe:re:re_1:failed', '{"payment": "pi_1", "refund": "re_1"}')), 'done', 'a refund fails afterwards');
select is(tests.payment(:'payment'), 'succeeded 23200000 15470001 0', 'which makes room for the one that waited');
select is(tests.booked(tests.proof('refund', 7729999, 'stripe:re:re_3', '{"payment": "pi_1", "refund": "re_3"}')), 'done', 'and for the rest');
select is(tests.accounts(:'portal'), 'clearing_stripe 700000, fees -700000, wallet 0', 'so that all of it is back, to the last millionth');
select is(tests.booked(tests.proof('refund_failed', 500000, 'stripe:re:re_4:failed', '{"payment": "pi_1", "refund": "re_4"}')), 'waits', 'a failure may come first');
select is(tests.booked(tests.proof('refund', 500000, 'stripe:re:re_4', '{"payment": "pi_1", "refund": "re_4"}')), 'moot', 'then neither says anything');

-- a refund of what was spent
select tests.top_up(:'portal', 10000000, 'pi_2') as second \gset
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'spent', 9000000))), 'done 1000000', 'most of it is spent');
select is(tests.booked(tests.proof('refund', 10000000, 'stripe:re:re_5', '{"payment": "pi_2"}')), 'done', 'the provider''s refund is a fact');
select is(tests.accounts(:'portal'), 'clearing_stripe 700000, fees -700000, receivables -9000000, revenue 9000000, wallet 0', 'what the wallet lacks is owed');

-- disputes
select tests.top_up(:'portal', 30000000, 'pi_3') as third \gset
select is(tests.wallet(:'portal'), '21000000 0', 'the next payment pays the debt first');
select is(tests.booked(tests.proof('dispute_reinstated', 30000000, 'stripe:dp:dp_1:reinstated', '{"payment": "pi_3", "dispute": "dp_1"}', '{"fee": 15000000}'),
    tests.proof('dispute_withdrawn', 30000000, 'stripe:dp:dp_1:withdrawn', '{"payment": "pi_3", "dispute": "dp_1"}', '{"fee": 15000000}')), 'done, done',
  'evidence of one call is posted in its own order');
select is(tests.accounts(:'portal'), 'clearing_stripe -29300000, fees -700000, revenue 9000000, wallet 21000000', 'a dispute that was won leaves nothing behind');
select is(tests.booked(tests.proof('dispute_withdrawn', 31000000, 'stripe:dp:dp_2:withdrawn', '{"payment": "pi_3", "dispute": "dp_2"}', '{"fee": 15000000}')), 'done', 'one may be of more than the payment');
select is(tests.accounts(:'portal'), 'clearing_stripe 16700000, fees -15700000, receivables -10000000, revenue 9000000, wallet 0', 'its fee is ours, the rest the customer''s');

-- whose is it
select tests.create_portal('other') as other \gset
select tests.opened(:'other', '{"key": "o"}') as theirs \gset
select is(tests.booked(tests.proof('topup', 5000000, 'stripe:pi:pi_9', jsonb_build_object('payment_id', :'theirs', 'payment', 'pi_9', 'checkout', 'cs_1'))), 'refused foreign_object', 'one object is one portal''s');
select is(tests.booked(tests.proof('topup', 5000000, 'stripe:pi:pi_9', jsonb_build_object('payment_id', :'theirs', 'portal_id', :'portal', 'payment', 'pi_9'))), 'refused foreign_object', 'and so says the metadata');
select is(tests.booked(tests.proof('topup', 5000000, 'stripe:pi:pi_9', '{"customer": "cus_1", "payment": "pi_9"}')), 'unmatched unknown_payment', 'a customer alone is no proof');
select is(tests.booked(tests.proof('topup', 5000000, 'stripe:pi:pi_9', jsonb_build_object('payment_id', :'theirs', 'payment', 'pi_9'), '{"livemode": false}')), 'refused test_mode', 'test mode never touches a live portal');
select is(tests.booked(tests.proof('topup', 5000000, 'paypal:capture:9', jsonb_build_object('payment_id', :'theirs', 'payment', '9'))), 'unmatched unknown_payment', 'another provider knows nothing of it');
select is(tests.booked(tests.proof('topup', 5000000, 'stripe:pi:pi_9', jsonb_build_object('payment_id', :'theirs', 'payment', 'pi_9'), '{"currency": "EUR"}')), 'refused wallet_currency', 'a wallet has one currency');
select is(tests.wallet(:'other'), '0 0', 'nothing of it was booked');
select is(tests.booked(:'topup'::jsonb || '{"amount": -1}', :'topup'::jsonb || '{"at": "soon"}', '7', :'topup'), 'refused malformed_item, refused malformed_item, refused malformed_item, repeated',
  'bad items fail alone');
select is(tests.refusal($$select billing.settle_payment('{}')$$), 'WB400 malformed_call', 'a call is a list');

-- more money of one intent
select is(tests.booked(tests.proof('topup', 6000000, 'stripe:pi:pi_7', jsonb_build_object('payment_id', :'third', 'payment', 'pi_7')), tests.proof('fee', 20000, 'stripe:pi:pi_7:fee', '{"payment": "pi_7"}')), 'done, done', 'a second capture counts, too');
select is((select row(p.captured::bigint, p.parent_id) from billing.payment p where p.money_object = 'pi_7'), row(6000000::bigint, :'third'::uuid), 'as a payment of its own');
select is_empty('select * from billing.verify()', 'the books are sound');
select * from finish();
rollback;
