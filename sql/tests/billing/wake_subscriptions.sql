-- requirement: R2.1-b, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '573001112222') as other \gset
select is(billing.wake_subscriptions(:'portal'), 0, 'what is paid for does not wait');
select tests.set_subscription(:'channel', 'suspended');
select is(billing.wake_subscriptions(:'portal'), 1, 'what waits for money does');
select is((select array_agg(due_at order by due_at) from billing.subscription), array['2026-11-01 12:00+00', '2026-11-15 12:00+00']::timestamptz[], 'and is due at once');
select * from finish();
rollback;
