-- requirement: R2.4-c, R4-c
begin;
select plan(12);
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
select is(tests.wallet(:'portal'), '20000000 15000000', 'the next period''s price is kept, the rest is balance');
select is(tests.period(1), 'repeated', 'told again');
select is(tests.wallet(:'portal'), '20000000 15000000', 'nothing more is kept');
select is_empty('select * from billing.verify()', 'the books are sound');
update billing.wallet set overdraft_limit = 0;
select is((select outcome || ' ' || coalesce(reason, '') from billing.debit(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'key', 'eats', 'amount', 6000000, 'reason', 'x')))), 'refused balance', 'nothing else can spend it');
select is((select outcome from billing.debit(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'key', 'eats', 'amount', 5000000, 'reason', 'x')))), 'done', 'what is besides can be spent');
select tests.at('2026-11-26 12:00+00');
select is(tests.renew(), 1, 'the period ends');
select is(tests.subscription(:'channel') || ' ' || tests.wallet(:'portal'), 'pro active p2 2026-11-26 .. 2026-12-26 0 0', 'what was kept pays the next');
select is(tests.period(2), 'done', 'the next month''s money');
select is(tests.wallet(:'portal'), '20000000 15000000', 'is kept again');
select billing.pause_subscription(:'portal', '1', :'channel');
select is(tests.wallet(:'portal'), '20000000 0', 'a pause gives it free');
select * from finish();
rollback;
