-- requirement: R4-c, R2.1-b, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_plan('pro', '15') \g /dev/null
select tests.set_subscription(:'channel', 'active', 'pro');
update billing.subscription set period_no = 1, anchor_at = '2026-11-26 12:00+00', anchor_n = 0, period_starts_at = '2026-10-26 12:00+00',
  period_ends_at = '2026-11-26 12:00+00', due_at = '2026-11-26 12:00+00';
select tests.scheduled(:'portal', :'channel') as payment \gset
select tests.agreed(:'payment') \g /dev/null
select is(tests.period(1), 'done', 'a period''s money comes four days before the subscription''s end');
select is(tests.subscription(:'channel') || ' ' || tests.wallet(:'portal'), 'pro active p1 2026-10-26 .. 2026-11-26 20000000 15000000', 'the next period''s price of it is kept for the renewal to come');
select tests.pass('1 day');
select is(tests.period(1), 'repeated', 'told again');
select is(tests.subscription(:'channel'), 'pro active p1 2026-10-26 .. 2026-11-26', 'it renews nothing');
select is(tests.period(2), 'done', 'three days before the end');
select is(tests.subscription(:'channel') || ' ' || tests.wallet(:'portal'), 'pro active p2 2026-11-26 .. 2026-12-26 25000000 0', 'it renews in the same transaction, and nothing drifts');
select tests.at('2026-11-26 12:00+00');
select is(tests.renew(), 0, 'when the old period ends nothing is charged again');
-- one that cannot be paid by it
update billing.subscription set plan_id = (select plan_id from billing.plan where code = 'pro');
select tests.at('2026-12-25 12:00+00');
update billing.wallet set balance = balance - 24000000;
select is(tests.period(3, 5000000), 'done', 'too little for the plan');
select is(tests.subscription(:'channel') || ' ' || tests.wallet(:'portal'), 'pro active p2 2026-11-26 .. 2026-12-26 6000000 5000000', 'is kept for it and costs no day of grace');
-- one that waits for money
select tests.set_subscription(:'channel', 'suspended', 'pro');
update billing.subscription set stopped_at = tenancy.now(), grace_until = null;
select is(tests.period(4), 'done', 'money for what was suspended');
select is((select state || ' p' || period_no from billing.subscription), 'active p3', 'lets it run at once');
-- one that is to end
update billing.subscription set cancels_at_end = true, period_ends_at = tenancy.now() + interval '1 day', due_at = tenancy.now() + interval '1 day';
select tests.period(5) \g /dev/null
select is((select state || ' p' || period_no from billing.subscription), 'active p3', 'what ends with its period is not renewed');
-- one that renews nothing in particular
select is(billing.renew_paid(:'portal', tests.top_up(:'portal', 7000000, 'pi_9')), null, 'a payment that is for none renews none');
select * from finish();
rollback;
