-- Pauses a paid subscription: the channel stops sending and keeps what arrives, and the rest of the period is kept for
-- later. Needs billing.manage. Raises WB403 permission, WB404 unknown_channel, WB409 subscription_state.
-- Locks subscription -> wallet (where anything is kept for it) -> channel.
create or replace function billing.pause_subscription(p_portal_id uuid, p_actor text, p_channel_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_subscription billing.subscription := billing.lock_subscription(p_portal_id, p_actor, p_channel_id);
begin
  v_subscription.stopped_at := v_now;
  v_subscription.due_at := 'infinity';
  perform billing.store_subscription(v_subscription, 'pause', 'asked', p_actor);
end
$$;
comment on function billing.pause_subscription(uuid, text, uuid) is
  'Tenant. Pauses a paid subscription; the rest of its period is kept.';
grant execute on function billing.pause_subscription(uuid, text, uuid) to whatsappb24_api;
