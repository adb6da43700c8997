-- What changing to a plan in the middle of the paid period costs now, in millionths of the new plan's currency; below
-- zero: it is a step down, which waits for the period's end. Within an interval (month, year) the rest of the period is
-- paid at the difference; from one interval to another a new period begins and the rest of the old one is given back.
-- Products are computed in numeric and rounded once, half even. Locks nothing.
create or replace function billing.prorate(p_subscription billing.subscription, p_plan billing.plan) returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_old billing.plan;
  v_rest numeric;
begin
  select * into v_old from billing.plan p where p.plan_id = p_subscription.plan_id;
  if v_old.price > 0 and p_plan.price > 0 and v_old.currency <> p_plan.currency then
    return -1;
  end if;
  v_rest := greatest(extract(epoch from p_subscription.period_ends_at - greatest(v_now, p_subscription.period_starts_at)), 0)
    / extract(epoch from p_subscription.period_ends_at - p_subscription.period_starts_at);
  return case
    when v_old.every = p_plan.every then billing.round_even((p_plan.price - v_old.price) * v_rest)
    else p_plan.price - billing.round_even(v_old.price * v_rest) end;
end
$$;
comment on function billing.prorate(billing.subscription, billing.plan) is
  'Internal. What a change of plan costs now, by the rest of the period; below zero: a step down.';
