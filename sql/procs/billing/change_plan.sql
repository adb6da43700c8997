-- Changes the plan of a channel: a step up at once, paid by the rest of the period; a step down at the period's end; both
-- at once and for nothing while nothing is paid for (trial, grace, suspension; the next renewal takes the new price).
-- Needs billing.manage. Returns when the plan counts and what was paid (millionths of currency). Raises WB403
-- permission, WB404 unknown_channel, WB404 unknown_plan, WB409 same_plan, WB409 subscription_state, and what the wallet
-- answers (WB402 balance among others); then nothing is changed. Locks subscription -> wallet.
create or replace function billing.change_plan(p_portal_id uuid, p_actor text, p_channel_id uuid, p_plan text)
returns table (takes_effect_at timestamptz, amount billing.micros, currency text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_subscription billing.subscription := billing.lock_subscription(p_portal_id, p_actor, p_channel_id);
  v_change billing.plan_change := billing.changed_plan(v_subscription, p_plan);
  v_plan billing.plan := v_change.plan;
  v_key text := concat_ws(':', 'upgrade', p_channel_id, v_subscription.period_no, v_plan.plan_id);
begin
  perform billing.charge_plan(p_portal_id, v_key, v_change.amount, v_plan.currency,
    jsonb_build_object('channel_id', p_channel_id, 'plan', v_plan.code, 'version', v_plan.version,
                       'period_no', (v_change.subscription).period_no));
  perform billing.store_subscription(v_change.subscription, v_change.event, v_subscription.state_reason, p_actor, v_change.amount,
    case when v_change.amount > 0 then v_key end);
  return query select v_change.takes_effect_at, v_change.amount::billing.micros, v_plan.currency;
end
$$;
comment on function billing.change_plan(uuid, text, uuid, text) is
  'Tenant. Changes a channel''s plan: up now and prorated, down at the end of the period.';
grant execute on function billing.change_plan(uuid, text, uuid, text) to whatsappb24_api;
