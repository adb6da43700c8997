-- Begins the subscription of a new channel: the trial of its plan where the plan has one and this number had none in
-- this portal before; else its first period, paid now. For tenancy.add_channel(), in its transaction.
-- p_code null: the default plan. Raises WB404 unknown_plan, and what the wallet answers (WB402 balance among others).
-- Locks the wallet, where something is to be paid.
create or replace function billing.begin_subscription(p_portal_id uuid, p_channel_id uuid, p_code text, p_actor text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_plan billing.plan := billing.choose_plan(p_portal_id, p_code);
  v_zone text;
  v_is_trial boolean;
  v_amount bigint;
  v_ends_at timestamptz;
  v_key text := 'subscription:' || p_channel_id || ':1';
begin
  select p.time_zone into v_zone from tenancy.portal p where p.portal_id = p_portal_id;
  v_is_trial := v_plan.trial_days > 0 and not exists (
    select from tenancy.channel c
      join tenancy.channel o on o.portal_id = c.portal_id and o.phone = c.phone and o.channel_id <> c.channel_id
      join billing.subscription s on s.portal_id = o.portal_id and s.channel_id = o.channel_id
     where c.portal_id = p_portal_id and c.channel_id = p_channel_id);
  v_ends_at := case when v_is_trial then ((v_now at time zone v_zone) + make_interval(days => v_plan.trial_days)) at time zone v_zone
                    else billing.period_end(v_now, v_zone, v_plan.every, 1) end;
  v_amount := case when v_is_trial then 0 else v_plan.price end;
  insert into billing.subscription (
    portal_id, channel_id, plan_id, state, time_zone, anchor_at, anchor_n, period_no, period_starts_at, period_ends_at, due_at,
    created_at, changed_at)
  values (
    p_portal_id, p_channel_id, v_plan.plan_id, case when v_is_trial then 'trialing' else 'active' end, v_zone,
    case when v_is_trial then v_ends_at else v_now end, case when v_is_trial then 0 else 1 end,
    case when v_is_trial then 0 else 1 end, v_now, v_ends_at, v_ends_at, v_now, v_now);
  insert into billing.subscription_event (
    portal_id, channel_id, event_id, at, event, to_state, actor, plan_id, period_no, period_ends_at, amount, currency, key)
  select s.portal_id, s.channel_id, tenancy.new_id(), v_now, 'begin', s.state, coalesce(p_actor, 'system'), s.plan_id, s.period_no,
         s.period_ends_at, v_amount, v_plan.currency, case when v_amount > 0 then v_key end
    from billing.subscription s
   where s.portal_id = p_portal_id and s.channel_id = p_channel_id;
  perform billing.charge_plan(p_portal_id, v_key, v_amount, v_plan.currency,
    jsonb_build_object('channel_id', p_channel_id, 'plan', v_plan.code, 'version', v_plan.version, 'period_no', 1));
end
$$;
comment on function billing.begin_subscription(uuid, uuid, text, text) is
  'Internal. Begins a new channel''s subscription: a trial, or a first period that is paid now.';
