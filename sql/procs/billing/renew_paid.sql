-- Keeps the money of a repeating top-up's period for the next period of the subscription that it is for (billing.reserve_period), and
-- renews that, where its own period ends within three days or it waits for money; the schedule is active, since it was paid. What the
-- wallet cannot pay stays kept and is left to billing.renew_due(). For billing.settle_payment(), which has locked
-- the subscription (billing.wake_subscriptions) and holds the wallet. Returns renewed or left; null where the payment is for no subscription.
create or replace function billing.renew_paid(p_portal_id uuid, p_payment_id uuid) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_channel uuid;
  v_subscriptions billing.subscription[];
  v_renewal billing.renewal;
begin
  update billing.payment_schedule s
     set state = case when s.state in ('pending', 'past_due') then 'active' else s.state end, changed_at = v_now
    from billing.payment p
   where p.portal_id = p_portal_id and p.payment_id = p_payment_id and p.kind = 'scheduled'
     and s.portal_id = p_portal_id and s.payment_id = coalesce(p.parent_id, p.payment_id)
  returning s.channel_id into v_channel;
  if v_channel is null then
    return null;
  end if;
  v_subscriptions := array(
    select s
      from billing.subscription s
      join billing.plan p on p.plan_id = coalesce(s.next_plan_id, s.plan_id)
     where s.portal_id = p_portal_id and s.channel_id = v_channel and p.price > 0 and not s.cancels_at_end
       and (s.state in ('trialing', 'active') and s.period_ends_at <= v_now + interval '3 days' or s.state in ('grace', 'suspended')));
  perform billing.reserve_period(p_portal_id, v_channel, p_payment_id);
  if cardinality(v_subscriptions) = 0 then
    return 'left';
  end if;
  v_renewal := (billing.pay_renewals(v_subscriptions))[1];
  if v_renewal.step <> 'pay' then
    return 'left';
  end if;
  perform billing.settle_renewal(v_renewal.subscription, v_renewal.step, v_renewal.reason, v_renewal.amount, v_renewal.key);
  return 'renewed';
end
$$;
comment on function billing.renew_paid(uuid, uuid) is
  'Internal. Renews the subscription that a period of a repeating top-up is for, where it is due within three days.';
