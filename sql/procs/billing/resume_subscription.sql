-- Lets a paused subscription go on: its period ends later by the time it was paused, and so do those that follow; the
-- channel resumes and hands over what waited. Needs billing.manage. Returns when the period ends. Raises WB403
-- permission, WB404 unknown_channel, WB409 subscription_state. Locks subscription -> channel.
create or replace function billing.resume_subscription(p_portal_id uuid, p_actor text, p_channel_id uuid) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_subscription billing.subscription := billing.lock_subscription(p_portal_id, p_actor, p_channel_id);
  v_paused_for interval := greatest(v_now - v_subscription.stopped_at, interval '0');
begin
  v_subscription.period_starts_at := v_subscription.period_starts_at + v_paused_for;
  v_subscription.period_ends_at := v_subscription.period_ends_at + v_paused_for;
  v_subscription.anchor_at := v_subscription.period_ends_at;
  v_subscription.anchor_n := 0;
  v_subscription.due_at := v_subscription.period_ends_at;
  v_subscription.stopped_at := null;
  perform billing.store_subscription(v_subscription, 'resume', null, p_actor);
  return v_subscription.period_ends_at;
end
$$;
comment on function billing.resume_subscription(uuid, text, uuid) is
  'Tenant. Lets a paused subscription go on with the rest of its period; returns when it ends.';
grant execute on function billing.resume_subscription(uuid, text, uuid) to whatsappb24_api;
