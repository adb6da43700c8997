-- Ends a subscription: a trial or a paid period runs on to its end, what is not paid for ends at once. Asking again
-- changes nothing. Needs billing.manage. Returns until when the channel works. Raises WB403 permission, WB404
-- unknown_channel, WB409 subscription_state (it is cancelled). Locks subscription -> wallet (where anything is
-- kept for it) -> channel.
create or replace function billing.cancel_subscription(p_portal_id uuid, p_actor text, p_channel_id uuid) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_subscription billing.subscription := billing.lock_subscription(p_portal_id, p_actor, p_channel_id);
begin
  if v_subscription.cancels_at_end and v_subscription.state in ('trialing', 'active') then
    return v_subscription.period_ends_at;
  elsif v_subscription.state in ('trialing', 'active') then
    v_subscription.cancels_at_end := true;
    perform billing.store_subscription(v_subscription, 'cancel_later', v_subscription.state_reason, p_actor);
    return v_subscription.period_ends_at;
  end if;
  v_subscription.due_at := 'infinity';
  perform billing.store_subscription(v_subscription, 'cancel', 'asked', p_actor);
  return v_now;
end
$$;
comment on function billing.cancel_subscription(uuid, text, uuid) is
  'Tenant. Ends a channel''s subscription at the end of what is paid for; returns when.';
grant execute on function billing.cancel_subscription(uuid, text, uuid) to whatsappb24_api;
