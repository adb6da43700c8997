-- requirement: R2.1-b, R2.4-c
begin;
select plan(20);
select tests.at('2026-10-17 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(billing.renew_due(), 0, 'nothing is due in a trial');
select tests.at('2026-10-31 12:00+00');
select is(billing.renew_due(), 1, 'when it ends it is');
select is(tests.subscription(:'channel'), 'basic active p1 2026-10-31 .. 2026-11-30', 'the first period begins where the trial ended');
select is(billing.renew_due(), 0, 'once');

-- A time without workers
select tests.at('2027-03-20 12:00+00');
select is(billing.renew_due(), 1, 'a call renews a period');
select is(tests.renew(), 3, 'the others that were missed follow');
select is(tests.subscription(:'channel'), 'basic active p5 2027-02-28 .. 2027-03-31', 'each once, and nothing has drifted');
select results_eq($$select period_no, count(*) from billing.subscription_event where event = 'renew' group by 1 order by 1$$, $$select n, 1::bigint from generate_series(1, 5) n$$, 'none is missing');

-- A clock that goes back
select tests.at('2026-12-01 12:00+00');
select is(tests.renew(), 0, 'does nothing again');
select tests.at('2027-03-31 12:00+00');
select is(tests.renew(), 1, 'and is no obstacle afterwards');

-- A month that is not paid, and one that is
select tests.publish_plan('pro', '10');
select tests.create_portal('b223') as payer \gset
select tests.create_channel(:'payer', '2', '573001112222') as paid \gset
select tests.customer_writes(:'payer', :'paid') as hello \gset
select tests.claimed(:'payer', 'in');
select tests.settled(:'payer', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.fund(:'payer', 15000000) \g /dev/null
update billing.subscription set state = 'active', plan_id = (select plan_id from billing.plan where code = 'pro'), period_no = 1, anchor_at = '2027-03-31 12:00+00', anchor_n = 1,
  period_starts_at = '2027-03-31 12:00+00', period_ends_at = '2027-04-30 12:00+00', due_at = '2027-04-30 12:00+00' where channel_id = :'paid';
select tests.at('2027-04-30 12:00+00');
select tests.renew() \g /dev/null
select is(tests.subscription(:'paid') || ' ' || tests.wallet(:'payer'), 'pro active p2 2027-04-30 .. 2027-05-31 5000000 0', 'a period is paid');
select tests.at('2027-05-31 12:00+00');
select tests.renew() \g /dev/null
select is(tests.subscription(:'paid') || ' ' || tests.wallet(:'payer'), 'pro grace p2 2027-04-30 .. 2027-05-31 5000000 0', 'the next is not: grace');
select ok(billing.entitled(:'payer', :'paid', 'send'), 'in which the channel sends');
select tests.at('2027-06-05 12:00+00');
select tests.renew() \g /dev/null
select is(tests.subscription(:'paid'), 'pro suspended p2 2027-04-30 .. 2027-05-31', 'when the days of grace are over it is suspended');
select ok(not billing.entitled(:'payer', :'paid', 'send'), 'and sends nothing');
select tests.customer_writes(:'payer', :'paid', 'esperando') as waiting \gset
select is(tests.queue_of(:'payer', 'in'), 'esperando', 'what arrives is kept');
select tests.at('2027-06-10 12:00+00');
select billing.wake_subscriptions(:'payer') \g /dev/null
select tests.fund(:'payer', 20000000, 'stripe:pi:2') \g /dev/null
select tests.renew() \g /dev/null
select is(tests.subscription(:'paid') || ' ' || tests.wallet(:'payer'), 'pro active p3 2027-06-05 .. 2027-07-05 15000000 0', 'a top-up ends it; the five days of grace are part of the new period');
select is((select array_agg(t.amount::bigint order by t.key) from billing.transfer t where t.portal_id = :'payer' and t.reason = 'subscription'), '{10000000,10000000}'::bigint[], 'the days of suspension are not charged');
select tenancy.change_channel(:'payer', :'paid', 'connected') \g /dev/null
select is(tests.claimed(:'payer', 'in'), :'waiting', 'and what waited is handed over');
-- A crash between the payment and its word
update billing.subscription set period_no = 2, due_at = tenancy.now(), period_ends_at = tenancy.now() where channel_id = :'paid';
select tests.renew() \g /dev/null
select is(tests.wallet(:'payer'), '15000000 0', 'a period that was paid for is not paid again, whatever its row says');
select * from finish();
rollback;
