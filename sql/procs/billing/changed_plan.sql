-- A change of plan, decided: the subscription as it will stand, when it counts, what is paid now and which event it is.
-- For billing.change_plan() and its preview. While nothing is paid for (trial, grace, suspension) it counts at once and
-- costs nothing; a paid period is changed at once by a step up, which is paid by the rest of the period, and at its end
-- by a step down. Choosing the present plan again takes a planned step down back. Raises WB404 unknown_plan,
-- WB409 same_plan, WB409 subscription_state. Locks nothing.
create or replace function billing.changed_plan(p_subscription billing.subscription, p_code text) returns billing.plan_change
language plpgsql stable
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_plan billing.plan := billing.choose_plan(p_subscription.portal_id, p_code);
  v_new billing.subscription := p_subscription;
  v_amount bigint;
begin
  if v_plan.plan_id = coalesce(p_subscription.next_plan_id, p_subscription.plan_id) then
    perform trace.refuse('same_plan', jsonb_build_object('code', p_code));
  elsif not exists (
    select from billing.subscription_transition t where t.from_state = p_subscription.state and t.event = 'change') then
    perform trace.refuse('subscription_state', jsonb_build_object('state', p_subscription.state, 'event', 'change'));
  end if;
  v_new.next_plan_id := null;
  if p_subscription.state <> 'active' then
    v_new.plan_id := v_plan.plan_id;
    -- Months are not years: the plan's first period is counted from the end of what was paid for.
    if v_plan.every <> (select p.every from billing.plan p where p.plan_id = p_subscription.plan_id) then
      v_new.anchor_at := p_subscription.period_ends_at;
      v_new.anchor_n := 0;
    end if;
    v_new.due_at := case when p_subscription.state in ('grace', 'suspended') then v_now else p_subscription.due_at end;
    return row(v_new, 'change', v_now, 0, v_plan)::billing.plan_change;
  end if;
  v_amount := billing.prorate(p_subscription, v_plan);
  if v_amount < 0 then
    v_new.next_plan_id := v_plan.plan_id;
    return row(v_new, 'change_later', p_subscription.period_ends_at, 0, v_plan)::billing.plan_change;
  end if;
  if v_plan.every <> (select p.every from billing.plan p where p.plan_id = p_subscription.plan_id) then
    v_new.anchor_at := v_now;
    v_new.anchor_n := 1;
    v_new.period_no := p_subscription.period_no + 1;
    v_new.period_starts_at := v_now;
    v_new.period_ends_at := billing.period_end(v_now, p_subscription.time_zone, v_plan.every, 1);
    v_new.due_at := v_new.period_ends_at;
  end if;
  v_new.plan_id := v_plan.plan_id;
  return row(v_new, 'change', v_now, v_amount, v_plan)::billing.plan_change;
end
$$;
comment on function billing.changed_plan(billing.subscription, text) is
  'Internal. A change of plan, decided: the new subscription, when it counts and what is paid now.';
