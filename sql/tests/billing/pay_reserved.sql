-- requirement: R2.4-c, R4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select tests.publish_plan('pro', '30') \g /dev/null
select tests.set_subscription(:'channel', 'active', 'pro');
select tests.set_subscription(:'other', 'active', 'pro');
update billing.subscription set period_no = 1, anchor_at = '2026-11-26 12:00+00', anchor_n = 0, period_starts_at = '2026-10-26 12:00+00',
  period_ends_at = '2026-11-26 12:00+00', due_at = '2026-11-26 12:00+00';
select tests.scheduled(:'portal', :'channel') as payment \gset
select tests.agreed(:'payment') \g /dev/null
select tests.period(1) \g /dev/null
select is(tests.wallet(:'portal'), '20000000 20000000', 'less than the price is kept whole');
select tests.at('2026-11-26 12:00+00');
select tests.renew() \g /dev/null
select is(tests.wallet(:'portal'), '20000000 20000000', 'what cannot be paid stays kept');
select is((select string_agg(distinct state || ' ' || state_reason, ', ') from billing.subscription), 'grace balance', 'and nobody''s period is paid with it; both say why');
select billing.set_thresholds(:'portal', '1', '[25000000]');
select tests.period(2) \g /dev/null
select is((select state || ' p' || period_no from billing.subscription where channel_id = :'channel'), 'active p2', 'with the rest it is paid');
select is(tests.wallet(:'portal') || ' ' || (select string_agg(distinct state, ' ') from billing.reservation), '10000000 0 used', 'by what was kept first');
select is((select count(*) from billing.alert where kind = 'low_balance'), 0::bigint, 'to pay with what was kept crosses no alert');
select is((select count(*) from billing.transfer where reason = 'subscription'), 1::bigint, 'it is one debit');
select is_empty('select * from billing.verify()', 'the books are sound');
select * from finish();
rollback;
