-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
update billing.subscription set state = 'active', period_no = 1, anchor_at = tenancy.now(), anchor_n = 1, period_ends_at = '2026-12-01 12:00+00', due_at = '2026-12-01 12:00+00';
select tests.at('2026-11-11 12:00+00');
select billing.pause_subscription(:'portal', '1', :'channel');
select tests.customer_writes(:'portal', :'channel') as hello \gset
select is_empty(format($$select tests.claimed(%L, 'in')$$, :'portal'), 'while it is paused what arrives waits');
select tests.at('2027-01-15 12:00+00');
select is(billing.resume_subscription(:'portal', '1', :'channel'), '2027-02-04 12:00+00'::timestamptz, 'the twenty days that were left are left');
select is((select row(state, anchor_n, due_at) from billing.subscription), row('active'::text, 0, '2027-02-04 12:00+00'::timestamptz), 'and it is renewed then');
select is((select state from tenancy.channel), 'connecting', 'the channel connects');
select tenancy.change_channel(:'portal', :'channel', 'connected');
select is((select count(*) from tests.claimed(:'portal', 'in')), 1::bigint, 'and hands over what waited');
select tests.at('2027-02-04 12:00+00');
select tests.renew() \g /dev/null
select is(tests.subscription(:'channel'), 'basic active p2 2027-02-04 .. 2027-03-04', 'the next period follows');
select is(tests.refusal(format('select billing.resume_subscription(%L, ''1'', %L)', :'portal', :'channel')), 'WB409 subscription_state', 'what is not paused does not resume');
select * from finish();
rollback;
