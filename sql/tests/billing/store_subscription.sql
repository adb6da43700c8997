-- requirement: R2.1-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.store(p_event text, p_reason text default null) returns text language sql as $$
  select billing.store_subscription(s, p_event, p_reason, 'somebody', 5, 'a key') from billing.subscription s
$$;
select is(pg_temp.store('fail', 'balance'), 'grace', 'the new state is returned');
select is((select row(state, state_reason, changed_at) from billing.subscription), row('grace'::text, 'balance'::text, tenancy.now()), 'and stands with its reason');
select is((select row(event, from_state, to_state, reason, actor, amount::bigint, currency, key) from billing.subscription_event where event <> 'begin'),
  row('fail'::text, 'trialing'::text, 'grace'::text, 'balance'::text, 'somebody'::text, 5::bigint, 'USD'::text, 'a key'::text), 'the event is written down');
select is(tests.refusal('select pg_temp.store(''resume'')'), 'WB409 subscription_state', 'what the machine does not list is refused');
select is(tests.refusal_detail('select pg_temp.store(''pause'')') - 'message',
  '{"sqlstate": "WB409", "reason": "subscription_state", "state": "grace", "event": "pause", "next_action": "top_up"}', 'with the state and the one next action');
select pg_temp.store('suspend', 'balance');
select is((select row(state, state_reason) from tenancy.channel), row('suspended'::text, 'subscription_suspended'::text), 'the channel follows');
update billing.subscription set state = 'active';
select tests.fund(:'portal', 10000000) \g /dev/null
insert into billing.reservation (portal_id, payment_id, channel_id, amount, held, reserved_at, changed_at)
values (:'portal', tests.top_up(:'portal'), :'channel', 9000000, 9000000, tenancy.now(), tenancy.now());
update billing.wallet set held = 9000000;
select pg_temp.store('fail', 'balance');
select is(tests.wallet(:'portal'), '30000000 9000000', 'what is kept for it outlives a renewal that was not paid');
select pg_temp.store('cancel', 'asked');
select is(tests.wallet(:'portal'), '30000000 0', 'and is given free with its end');
select * from finish();
rollback;
