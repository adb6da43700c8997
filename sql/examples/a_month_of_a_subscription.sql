-- A month of a subscription, with a renewal that fails: trial, first period, grace, suspension, and back.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/a_month_of_a_subscription.sql
--
-- In one transaction that is rolled back. Instead of waiting, days_pass() moves a subscription's instants into the past;
-- the worker calls billing.renew_due() every minute. Amounts are millionths of USD. Expected output:
-- a_month_of_a_subscription.out.
begin;
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/", "connector": "wab24",
    "time_zone": "America/Bogota", "user": {"user_id": "1", "name": "Ana", "is_admin": true}}') as portal \gset
select tenancy.finish_install(:'portal') \g /dev/null
create function pg_temp.days_pass(p_days int) returns void language sql as $$
  update billing.subscription s
     set anchor_at = anchor_at - d, period_starts_at = period_starts_at - d, period_ends_at = period_ends_at - d, due_at = due_at - d,
         grace_until = grace_until - d, stopped_at = stopped_at - d
    from make_interval(days => p_days) d
$$;

-- 1. The provider's staff publish a plan: 20 USD a month, three days of grace, a week to try it.
select billing.publish_plan('staff', '{
    "code": "pro", "names": {"es": "Profesional", "en": "Professional", "pt": "Profissional"}, "price": "20", "currency": "USD",
    "every": "month", "included_messages": 1000, "features": {"send": true, "api": true}, "trial_days": 7, "grace_days": 3}') \g /dev/null
select code, price, every, trial_days, grace_days from billing.offered_plans(:'portal', '1');

-- 2. The administrator adds a channel with it: its subscription begins in the same transaction, with the trial.
select tenancy.add_channel(:'portal', '1', jsonb_build_object(
    'name', 'Ventas', 'connector', 'wab24', 'line_id', '7', 'phone', '+57 300 000 0000', 'app_id', 'app', 'app_name', 'Acme',
    'key_sealed', 'c0ffee', 'secrets_sealed', 'c0ffee', 'plan', 'pro',
    'route_digest', encode(sha256('route'), 'hex'), 'header_digest', encode(sha256('header'), 'hex'))) as channel \gset
select tenancy.change_channel(:'portal', :'channel', 'connected') \g /dev/null
select plan, state, next_action, included_messages from billing.subscriptions(:'portal', '1');

-- 3. He tops up 35 USD; when the trial is over the first period is paid.
select currency from billing.open_wallet(:'portal', 'USD', 'staff');
select outcome, balance
  from billing.credit(jsonb_build_array(jsonb_build_object(
    'portal_id', :'portal', 'key', 'stripe:pi:1', 'amount', 35000000, 'reason', 'topup', 'from', 'clearing_stripe')));
select pg_temp.days_pass(7);
select billing.renew_due() as renewed;
select s.state, w.balance from billing.subscriptions(:'portal', '1') s cross join billing.wallet w where w.portal_id = :'portal';
select billing.renew_due() as again;

-- 4. A month later the balance does not cover the next one. The channel works on in the days of grace.
select pg_temp.days_pass(31);
select billing.renew_due() as looked_at;
select state, state_reason, next_action, billing.entitled(:'portal', :'channel', 'send') as may_send from billing.subscriptions(:'portal', '1');

-- 5. Nobody pays: it is suspended, and the channel with it. It sends nothing; what arrives is stored and waits.
select pg_temp.days_pass(3);
select billing.renew_due() as looked_at;
select s.state, s.next_action, c.state as channel, c.state_reason, billing.entitled(:'portal', :'channel', 'send') as may_send
  from billing.subscriptions(:'portal', '1') s join tenancy.channels(:'portal', '1') c using (channel_id);
select outcome from messaging.receive(jsonb_build_array(jsonb_build_object(
    'portal_id', :'portal', 'channel_id', :'channel', 'key', 'wamid.hola', 'wa_id', '573111111111', 'kind', 'text', 'text', '¿Hola?')));
select count(*) as claimed from messaging.claim('in', array[:'portal'::uuid]);

-- 6. There is no way around: who disconnects and connects the channel finds it suspended.
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select tenancy.change_channel(:'portal', :'channel', 'connect', null, '1');

-- 7. A top-up (renewals that wait for money are woken before it, in its transaction), and the next round renews.
select billing.wake_subscriptions(:'portal') as woken;
select outcome, balance
  from billing.credit(jsonb_build_array(jsonb_build_object(
    'portal_id', :'portal', 'key', 'stripe:pi:2', 'amount', 10000000, 'reason', 'topup', 'from', 'clearing_stripe')));
select billing.renew_due() as renewed;
select tenancy.change_channel(:'portal', :'channel', 'connected') as channel_is;
select s.state, w.balance from billing.subscriptions(:'portal', '1') s cross join billing.wallet w where w.portal_id = :'portal';
select count(*) as claimed from messaging.claim('in', array[:'portal'::uuid]);

-- 8. What happened, for whoever asks; the transfers of the ledger carry the same keys.
select event, from_state, to_state, reason, actor, period_no, amount, replace(key, :'channel', '<channel>') as key
  from billing.subscription_history(:'portal', '1', :'channel') order by period_no, at;
select debit, credit, amount, replace(key, :'channel', '<channel>') as key from billing.transfer where portal_id = :'portal' order by wallet_seq;
rollback;
