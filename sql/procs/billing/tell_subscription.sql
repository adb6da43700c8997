-- Makes the portal's people hear of what became of a channel's subscription: that a renewal could not be paid and grace began
-- (until when, how much is missing), that the channel is suspended, that it works again. On the crossing only: the tries of the
-- following days say nothing, neither does what a person did himself. Each is told only while it is so (billing.claim_alerts).
-- For billing.store_subscription(), which has locked the row. p_subscription: its new values with its old state; p_to: the
-- new one; p_reason: what the wallet said. Locks nothing.
create or replace function billing.tell_subscription(p_subscription billing.subscription, p_to text, p_reason text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_kind text := case
    when p_to = 'grace' and p_subscription.state <> 'grace' then 'subscription_grace'
    when p_to = 'suspended' and p_subscription.state <> 'suspended' and p_reason is distinct from 'channel_off' then 'subscription_suspended'
    when p_to = 'active' and p_subscription.state = 'suspended' then 'subscription_resumed' end;
begin
  if v_kind is null then
    return;
  end if;
  insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at, channel_id, while_state)
  select c.portal_id, tenancy.new_id(), v_kind,
         jsonb_strip_nulls(jsonb_build_object(
           'channel', c.name, 'amount', p.price, 'currency', p.currency, 'reason', p_reason,
           'until', (case p_to when 'grace' then p_subscription.grace_until when 'active' then p_subscription.period_ends_at end
                      at time zone p_subscription.time_zone)::date)),
         v_now, v_now, c.channel_id, p_to
    from tenancy.channel c
    join billing.plan p on p.plan_id = coalesce(p_subscription.next_plan_id, p_subscription.plan_id)
   where c.portal_id = p_subscription.portal_id and c.channel_id = p_subscription.channel_id;
end
$$;
comment on function billing.tell_subscription(billing.subscription, text, text) is
  'Internal. Alerts of a subscription that came into grace, was suspended or works again; on the crossing only.';
