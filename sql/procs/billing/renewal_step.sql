-- What is to be done with a subscription that is due: cancel (its channel is gone, it was cancelled and its period is
-- over), lapse (suspended for 60 days), rest (its channel is off or its portal uninstalled: nothing is charged), or pay.
create or replace function billing.renewal_step(p_subscription billing.subscription, p_at timestamptz) returns text
language sql stable
set search_path = ''
as $$
  select case
           when c.state = 'removed' then 'cancel'
           when p_subscription.cancels_at_end and p_subscription.period_ends_at <= p_at then 'cancel'
           when p_subscription.state = 'suspended' and p_subscription.stopped_at + interval '60 days' <= p_at then 'lapse'
           when c.state in ('draft', 'disconnected') or p.state = 'uninstalled' then 'rest'
           else 'pay' end
    from tenancy.channel c
    join tenancy.portal p on p.portal_id = c.portal_id
   where c.portal_id = p_subscription.portal_id and c.channel_id = p_subscription.channel_id
$$;
comment on function billing.renewal_step(billing.subscription, timestamptz) is
  'Internal. What is to be done with a subscription that is due: cancel, lapse, rest or pay.';
