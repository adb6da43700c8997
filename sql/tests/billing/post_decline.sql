-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 10000000);
select tests.saved(:'portal');
select tests.recharge(:'portal') as recharge \gset
select payment_id as payment from billing.open_recharge(:'portal', :'recharge', true) \gset
select tests.proof('declined', 10000000, 'stripe:pi:pi_1:declined:1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1', 'method', 'pm_1'), '{"reason": "do_not_honor", "retry": "never"}') as declined \gset
select is(tests.booked(:'declined'), 'done', 'a card is declined');
select is((select row(p.state, p.state_reason, r.state) from billing.payment p, billing.recharge r), row('failed'::text, 'do_not_honor'::text, 'declined'::text), 'which ends the recharge');
select is((select failures from billing.recharge_rule), 1, 'and counts');
select is((select is_usable from billing.payment_method), false, 'a card that may never be charged again is not used');
select is(tests.booked(:'declined'), 'repeated', 'again');
select is((select failures from billing.recharge_rule), 1, 'it counts once');
select is(tests.booked(tests.proof('topup', 10000000, 'stripe:pi:pi_1', '{"payment": "pi_1"}')), 'done', 'and when it was charged after all');
select is(tests.payment(:'payment'), 'succeeded 10000000 0 0', 'the money counts');
select tests.opened(:'portal', '{"key": "page"}') as page \gset
select billing.note_payment(:'portal', :'page', '{"outcome": "redirected", "url": "https://checkout.example/1"}');
select tests.booked(tests.proof('declined', 20000000, 'stripe:pi:pi_2:declined:1', jsonb_build_object('payment_id', :'page', 'payment', 'pi_2')));
select is(tests.payment(:'page'), 'redirected 0 0 0', 'on an open page another card may follow');
select tests.booked(tests.proof('topup', 20000000, 'stripe:pi:pi_3', jsonb_build_object('payment_id', :'page', 'payment', 'pi_3')));
select is(tests.payment(:'page'), 'succeeded 20000000 0 0', 'in another attempt of the same payment');
select * from finish();
rollback;
