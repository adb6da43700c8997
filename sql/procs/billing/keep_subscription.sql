-- Takes a cancellation back before it counts. Asking again changes nothing. Needs billing.manage. Raises WB403
-- permission, WB404 unknown_channel, WB409 subscription_state (nothing is planned that could be taken back).
-- Locks the subscription.
create or replace function billing.keep_subscription(p_portal_id uuid, p_actor text, p_channel_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_subscription billing.subscription := billing.lock_subscription(p_portal_id, p_actor, p_channel_id);
begin
  if v_subscription.state in ('trialing', 'active') and not v_subscription.cancels_at_end then
    return;
  end if;
  v_subscription.cancels_at_end := false;
  perform billing.store_subscription(v_subscription, 'keep', v_subscription.state_reason, p_actor);
end
$$;
comment on function billing.keep_subscription(uuid, text, uuid) is 'Tenant. Takes back a cancellation that does not count yet.';
grant execute on function billing.keep_subscription(uuid, text, uuid) to whatsappb24_api;
