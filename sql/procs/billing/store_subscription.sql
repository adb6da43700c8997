-- Stores a subscription as its caller wants it after an event of the published state machine, writes the event down,
-- and makes the channel follow: where the subscription does not run the channel is suspended, where it runs again a
-- channel that was suspended for this resumes and hands over what waited.
-- People are told where it matters to them (billing.tell_subscription). What is kept for its next period is given free
-- (billing.free_reservations) when it ends or is paused, and what a renewal left of it.
-- p_subscription: the row with its new values, state still the old one. p_amount (millionths) was charged under p_key.
-- Raises WB409 subscription_state. Its caller has locked the row. Locks the wallet, where anything is kept, then the
-- channel row.
create or replace function billing.store_subscription(
  p_subscription billing.subscription, p_event text, p_reason text, p_actor text, p_amount bigint default 0, p_key text default null)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_from text := p_subscription.state;
  v_to text;
begin
  select t.to_state into v_to from billing.subscription_transition t where t.from_state = v_from and t.event = p_event;
  if v_to is null then
    perform trace.refuse('subscription_state', jsonb_build_object(
      'state', v_from, 'event', p_event,
      'next_action', (select t.next_action from billing.subscription_state t where t.state = v_from)));
  end if;
  update billing.subscription s
     set plan_id = p_subscription.plan_id, next_plan_id = p_subscription.next_plan_id, state = v_to,
         state_reason = p_reason, time_zone = p_subscription.time_zone,
         anchor_at = p_subscription.anchor_at, anchor_n = p_subscription.anchor_n, period_no = p_subscription.period_no,
         period_starts_at = p_subscription.period_starts_at, period_ends_at = p_subscription.period_ends_at,
         due_at = p_subscription.due_at, grace_until = p_subscription.grace_until, failures = p_subscription.failures,
         stopped_at = p_subscription.stopped_at, cancels_at_end = p_subscription.cancels_at_end, changed_at = v_now
   where s.portal_id = p_subscription.portal_id and s.channel_id = p_subscription.channel_id;
  insert into billing.subscription_event (
    portal_id, channel_id, event_id, at, event, from_state, to_state, reason, actor, plan_id, period_no, period_ends_at,
    amount, currency, key)
  select p_subscription.portal_id, p_subscription.channel_id, tenancy.new_id(), v_now, p_event, v_from, v_to, p_reason,
         coalesce(p_actor, 'system'), p.plan_id, p_subscription.period_no, p_subscription.period_ends_at, p_amount, p.currency, p_key
    from billing.plan p
   where p.plan_id = p_subscription.plan_id;
  if v_to in ('paused', 'cancelled') or p_event = 'renew' then
    perform billing.free_reservations(p_subscription.portal_id, p_subscription.channel_id);
  end if;
  perform billing.tell_subscription(p_subscription, v_to, p_reason);
  perform billing.couple_channel(p_subscription.portal_id, p_subscription.channel_id);
  return v_to;
end
$$;
comment on function billing.store_subscription(billing.subscription, text, text, text, bigint, text) is
  'Internal. Applies an event of the published state machine to a subscription, records it, and makes the channel follow.';
