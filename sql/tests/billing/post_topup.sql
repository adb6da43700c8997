-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
update billing.topup_rule set bonus_from = 20000000, bonus_percent = 10 where currency = 'USD';
select tests.top_up(:'portal', 20000000, 'pi_1') as first \gset
select is(tests.accounts(:'portal'), 'clearing_stripe -20000000, promotions -2000000, wallet 22000000', 'a large top-up gets its bonus');
select tests.top_up(:'portal', 19000000, 'pi_2') as second \gset
select is(tests.wallet(:'portal'), '41000000 0', 'a smaller one does not');
select is((select row(p.paid_at, p.state, a.outcome) from billing.payment p join billing.payment_attempt a using (payment_id) where p.payment_id = :'first'), row(tenancy.now(), 'succeeded'::text, 'succeeded'::text), 'payment and attempt have succeeded');
select is(tests.booked(tests.proof('topup', 20000000, 'stripe:in:in_1', '{"payment": "pi_1"}')), 'moot', 'a second key for the same money books nothing');
select is(tests.wallet(:'portal'), '41000000 0', 'indeed');
-- money of what was given up
select tests.opened(:'portal', '{"key": "k3"}') as third \gset
select billing.note_payment(:'portal', :'third', '{"outcome": "expired"}');
select is(tests.booked(tests.proof('topup', 19000000, 'stripe:pi:pi_3', jsonb_build_object('payment_id', :'third', 'payment', 'pi_3'))), 'done', 'money that comes late counts');
select is(tests.payment(:'third'), 'succeeded 19000000 0 0', 'whatever was thought of it before');
select is((select state_reason from billing.payment where payment_id = :'third'), 'late_after_expired', 'and says what that was');
-- subscriptions that waited
select tests.create_channel(:'portal') as channel \gset
update billing.subscription set state = 'suspended', due_at = tenancy.now() + interval '20 hours';
select tests.top_up(:'portal', 5000000, 'pi_4');
select is((select due_at from billing.subscription), tenancy.now(), 'a payment wakes what waited for money');
-- a recharge that was thought to be declined
select tests.saved(:'portal');
select tests.recharge(:'portal') as recharge \gset
select payment_id as recharged from billing.open_recharge(:'portal', :'recharge', true) \gset
select billing.settle_recharge(:'portal', :'recharge', 'declined');
select tests.booked(tests.proof('topup', 10000000, 'stripe:pi:pi_5', jsonb_build_object('payment_id', :'recharged', 'payment', 'pi_5')));
select is((select state from billing.recharge), 'succeeded', 'counts in the monthly cap when it was charged after all');
select * from finish();
rollback;
