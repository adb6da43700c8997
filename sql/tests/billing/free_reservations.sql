-- requirement: R2.4-c, R4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_plan('pro', '30') \g /dev/null
select tests.set_subscription(:'channel', 'active', 'pro');
update billing.subscription set period_no = 1, anchor_at = '2026-12-26 12:00+00', anchor_n = 0, period_starts_at = '2026-11-20 12:00+00',
  period_ends_at = '2026-12-26 12:00+00', due_at = '2026-12-26 12:00+00';
select tests.scheduled(:'portal', :'channel') as payment \gset
select tests.agreed(:'payment') \g /dev/null
select tests.period(1), tests.period(2) \g /dev/null
select is(tests.wallet(:'portal'), '40000000 30000000', 'two payments keep no more than the price of a period');
select payment_id as first from billing.reservation where amount = 20000000 \gset
select is(billing.free_reservations(:'portal', null, :'first', 5000000), 5000000::bigint, 'a part of a payment is given free');
select is(tests.wallet(:'portal'), '40000000 25000000', 'the rest stays kept');
select is(billing.free_reservations(:'portal', null, :'first', 50000000), 15000000::bigint, 'no more than is left of it');
select is(billing.free_reservations(:'portal', null, :'first', 50000000), 0::bigint, 'never twice');
select is(billing.free_reservations(:'portal', :'channel'), 10000000::bigint, 'all that is kept for a subscription');
select is(tests.wallet(:'portal'), '40000000 0', 'nothing is kept any more');
select is((select string_agg(distinct state, ' ') from billing.reservation), 'released', 'the rows say so');
select is_empty('select * from billing.verify()', 'the books are sound');
select tests.period(3) \g /dev/null
select is(tests.wallet(:'portal'), '60000000 20000000', 'a third payment is kept');
select is(tests.booked(tests.proof('refund', 5000000, 'stripe:refund:re_1', '{"payment": "pi_s3"}')), 'done', 'a part of it is refunded');
select is(tests.wallet(:'portal'), '55000000 15000000', 'out of what it kept');
select is(tests.booked(tests.proof('dispute_withdrawn', 20000000, 'stripe:dispute:dp_1:withdrawn', '{"payment": "pi_s3"}')), 'done', 'all of it is disputed');
select is(tests.wallet(:'portal'), '35000000 0', 'nothing of it is kept');
select tests.period(4) \g /dev/null
update billing.subscription set next_plan_id = null, plan_id = (select plan_id from billing.plan where price = 0 limit 1), period_ends_at = tenancy.now(), due_at = tenancy.now();
select tests.renew() \g /dev/null
select is((select count(*) from billing.reservation where state = 'held'), 0::bigint, 'a renewal that costs nothing gives it free');
select * from finish();
rollback;
