-- The subscription as it stands once its next period is paid for; what is not about the period stays. For renewals.
-- From a period to the next: counted on from the anchor, whenever it is paid; where the plan's interval changes, anew
-- from the old period's end. After a suspension or a cancellation: a period of its own that begins now, in the
-- portal's present zone, less the days of grace that were used and not paid for. Locks nothing.
create or replace function billing.next_period(p_subscription billing.subscription) returns billing.subscription
language plpgsql stable
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_new billing.subscription := p_subscription;
  v_old_every text;
  v_plan billing.plan;
begin
  select p.every into v_old_every from billing.plan p where p.plan_id = p_subscription.plan_id;
  select * into v_plan from billing.plan p where p.plan_id = coalesce(p_subscription.next_plan_id, p_subscription.plan_id);
  if p_subscription.state in ('suspended', 'cancelled') then
    select p.time_zone into v_new.time_zone from tenancy.portal p where p.portal_id = p_subscription.portal_id;
    v_new.anchor_at := v_now - case
      when p_subscription.state = 'suspended' and p_subscription.grace_until is not null
        then least(greatest(p_subscription.stopped_at - p_subscription.period_ends_at, interval '0'), make_interval(days => v_plan.grace_days))
      else interval '0' end;
    v_new.anchor_n := 1;
    v_new.period_starts_at := v_new.anchor_at;
  else
    v_new.period_starts_at := p_subscription.period_ends_at;
    v_new.anchor_n := p_subscription.anchor_n + 1;
    if v_plan.every <> v_old_every then
      v_new.anchor_at := p_subscription.period_ends_at;
      v_new.anchor_n := 1;
    end if;
  end if;
  v_new.plan_id := v_plan.plan_id;
  v_new.next_plan_id := null;
  v_new.period_no := p_subscription.period_no + 1;
  v_new.period_ends_at := billing.period_end(v_new.anchor_at, v_new.time_zone, v_plan.every, v_new.anchor_n);
  v_new.due_at := v_new.period_ends_at;
  v_new.grace_until := null;
  v_new.stopped_at := null;
  v_new.failures := 0;
  return v_new;
end
$$;
comment on function billing.next_period(billing.subscription) is
  'Internal. The subscription with its next period begun, anchored so that nothing drifts.';
