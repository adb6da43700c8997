-- Ends one renewal: p_step as billing.renewal_step() says, or fail (p_reason: what the wallet said) where it could not be
-- paid. Paid: the next period. Not paid: grace, then suspension, with a try each day. For billing.renew_due(), which has
-- locked the subscription. Locks the wallet, where anything is kept for it, then the channel row.
create or replace function billing.settle_renewal(
  p_subscription billing.subscription, p_step text, p_reason text, p_amount bigint, p_key text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_new billing.subscription := p_subscription;
  v_grace_days int;
  v_event text := 'fail';
begin
  if p_step = 'pay' then
    perform billing.store_subscription(billing.next_period(p_subscription), 'renew', null, 'renewal', p_amount, p_key);
    return;
  elsif p_step in ('cancel', 'lapse') then
    v_new.due_at := 'infinity';
    perform billing.store_subscription(v_new, 'cancel', case p_step when 'lapse' then 'lapsed' else 'ended' end, 'renewal');
    return;
  end if;
  select p.grace_days into v_grace_days
    from billing.plan p where p.plan_id = coalesce(p_subscription.next_plan_id, p_subscription.plan_id);
  v_new.due_at := v_now + interval '1 day';
  v_new.failures := p_subscription.failures + 1;
  if p_subscription.state = 'suspended' then
    update billing.subscription s set due_at = v_new.due_at, failures = v_new.failures
     where s.portal_id = v_new.portal_id and s.channel_id = v_new.channel_id;
    return;
  elsif p_step = 'rest' then
    v_event := 'suspend';
    v_new.grace_until := null;
  elsif p_subscription.state = 'grace' and p_subscription.grace_until <= v_now or v_grace_days = 0 then
    v_event := 'suspend';
    v_new.grace_until := coalesce(v_new.grace_until, v_now);
  else
    v_new.grace_until := coalesce(v_new.grace_until, v_now + make_interval(days => v_grace_days));
    v_new.due_at := least(v_new.due_at, v_new.grace_until);
  end if;
  if v_event = 'suspend' then
    v_new.stopped_at := v_now;
  end if;
  perform billing.store_subscription(v_new, v_event, coalesce(p_reason, 'channel_off'), 'renewal');
end
$$;
comment on function billing.settle_renewal(billing.subscription, text, text, bigint, text) is
  'Internal. Ends one renewal: the next period, grace, suspension or cancellation.';
