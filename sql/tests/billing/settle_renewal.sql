-- requirement: R2.1-b, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-15 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '10', '{"trial_days": 14}');
select tests.publish_plan('seco', '10', '{"grace_days": 0}');
select tests.create_channel(:'portal') as channel \gset
select tests.set_subscription(:'channel', 'active', 'pro');
update billing.subscription set period_ends_at = tenancy.now(), due_at = tenancy.now();
create function pg_temp.settle(p_step text, p_reason text default null) returns text language plpgsql as $$
begin
  perform billing.settle_renewal(s, p_step, p_reason, 10, 'a key') from billing.subscription s;
  return (select concat_ws(' ', state, state_reason, 'due', to_char(due_at at time zone 'UTC', 'MM-DD'), 'failures ' || nullif(failures, 0)) from billing.subscription);
end $$;
select is(pg_temp.settle('fail', 'balance'), 'grace balance due 11-16 failures 1', 'what is not paid is tried again each day');
select is((select grace_until from billing.subscription), '2026-11-20 12:00+00'::timestamptz, 'in the days of grace that the plan gives');
select is((select state from tenancy.channel), 'active', 'in which the channel works');
select tests.at('2026-11-19 18:00+00');
select is(pg_temp.settle('fail', 'balance'), 'grace balance due 11-20 failures 2', 'the last try is when they end');
select tests.at('2026-11-20 12:00+00');
select is(pg_temp.settle('fail', 'balance'), 'suspended balance due 11-21 failures 3', 'then it is suspended');
select is((select concat_ws(' ', state, state_reason) from tenancy.channel), 'suspended subscription_suspended', 'and the channel stops');
select tests.at('2026-11-25 12:00+00');
select is(pg_temp.settle('fail', 'balance'), 'suspended balance due 11-26 failures 4', 'but is tried each day');
select is((select count(*) from billing.subscription_event where event in ('fail', 'suspend')), 3::bigint, 'without filling its history');
select is(pg_temp.settle('pay'), 'active due 12-20', 'once it is paid it goes on, from the days of grace that were used');
select is((select row(event, amount::bigint, key, actor) from billing.subscription_event order by event_id desc limit 1), row('renew'::text, 10::bigint, 'a key'::text, 'renewal'::text),
  'the history says what was charged');
select is((select state from tenancy.channel), 'connecting', 'and the channel comes back');
select tests.set_subscription(:'channel', 'active', 'seco');
select is(pg_temp.settle('fail', 'balance'), 'suspended balance due 11-26 failures 1', 'a plan without grace gives none');
select is(pg_temp.settle('lapse'), 'cancelled lapsed due failures 1', 'what nobody pays ends');
select tests.set_subscription(:'channel', 'active');
select is(pg_temp.settle('rest'), 'suspended channel_off due 11-26 failures 2', 'what is off rests, without grace');
select * from finish();
rollback;
