-- Begins a cancelled subscription anew: a first period of a plan (null: the one on offer under its old code, else the
-- default), paid now; the channel resumes and hands over what waited. Needs billing.manage. Returns when the period
-- ends. Raises WB403 permission, WB404 unknown_channel (also of a removed channel), WB404 unknown_plan, WB409
-- subscription_state, and what the wallet answers. Locks subscription -> wallet -> channel.
create or replace function billing.restart_subscription(p_portal_id uuid, p_actor text, p_channel_id uuid, p_plan text default null)
returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_old billing.subscription := billing.lock_subscription(p_portal_id, p_actor, p_channel_id);
  v_plan billing.plan;
  v_new billing.subscription;
  v_key text;
begin
  if exists (
    select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state = 'removed') then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  elsif v_old.state <> 'cancelled' then
    perform trace.refuse('subscription_state', jsonb_build_object('state', v_old.state, 'event', 'restart'));
  end if;
  v_plan := billing.choose_plan(p_portal_id, coalesce(p_plan, (
    select o.code from billing.plan p join billing.plan o on o.code = p.code and o.withdrawn_at is null where p.plan_id = v_old.plan_id)));
  v_old.next_plan_id := v_plan.plan_id;
  v_new := billing.next_period(v_old);
  v_new.cancels_at_end := false;
  v_key := concat_ws(':', 'subscription', p_channel_id, v_new.period_no);
  perform billing.charge_plan(p_portal_id, v_key, v_plan.price, v_plan.currency,
    jsonb_build_object('channel_id', p_channel_id, 'plan', v_plan.code, 'version', v_plan.version, 'period_no', v_new.period_no));
  perform billing.store_subscription(v_new, 'restart', null, p_actor, v_plan.price, case when v_plan.price > 0 then v_key end);
  return v_new.period_ends_at;
end
$$;
comment on function billing.restart_subscription(uuid, text, uuid, text) is
  'Tenant. Begins a cancelled subscription anew, paid now; returns when its period ends.';
grant execute on function billing.restart_subscription(uuid, text, uuid, text) to whatsappb24_api;
