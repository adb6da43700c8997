-- Decides whether wallets below their threshold are recharged: one attempt is open at a time, what is open or succeeded
-- in the month of the portal's zone never exceeds the monthly cap, payments that the provider works on count as if they had come,
-- and nothing is charged while a dispute is open. For billing.watch(), which
-- holds the wallets and knows that the rule is on and its back-off over. A decision is a row for the payments to do; a cap
-- that forbids one is told of once a month.
create or replace function billing.decide_recharges(p_portals uuid[]) returns void
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  with wanted as materialized (
    select w.portal_id, w.currency, r.monthly_cap, r.cap_told, m.month, s.spent,
           coalesce(r.amount, r.target - (w.balance - w.held) - o.pending) as amount
      from unnest(p_portals) k(portal_id)
      join billing.wallet w on w.portal_id = k.portal_id
      join billing.recharge_rule r on r.portal_id = w.portal_id
      join tenancy.portal p on p.portal_id = w.portal_id
     cross join lateral (select date_trunc('month', v_now at time zone p.time_zone)::date as month) m
     cross join lateral (
       select coalesce(sum(c.amount), 0)::bigint as spent from billing.recharge c
        where c.portal_id = w.portal_id and c.month = m.month and c.state in ('open', 'succeeded')) s
     cross join lateral (
       select coalesce(sum(y.amount), 0)::bigint as pending from billing.payment y
        where y.portal_id = w.portal_id and y.state in ('processing', 'unknown')) o
     where w.balance - w.held + o.pending < r.threshold
       and not exists (select from billing.recharge x where x.portal_id = w.portal_id and x.state = 'open')
       and not exists (select from billing.dispute d where d.portal_id = w.portal_id and d.state = 'open')),
  decided as (
    insert into billing.recharge (portal_id, recharge_id, amount, currency, month, decided_at, due_at)
    select x.portal_id, tenancy.new_id(), x.amount, x.currency, x.month, v_now, v_now
      from wanted x
     where x.spent + x.amount <= x.monthly_cap
     order by x.portal_id),
  capped as (
    update billing.recharge_rule r
       set cap_told = x.month
      from wanted x
     where r.portal_id = x.portal_id and x.spent + x.amount > x.monthly_cap and x.cap_told is distinct from x.month
    returning x.portal_id, x.amount, x.spent, x.monthly_cap, x.currency, x.month)
  insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at)
  select c.portal_id, tenancy.new_id(), 'recharge_cap',
         jsonb_build_object('amount', c.amount, 'recharged', c.spent, 'monthly_cap', c.monthly_cap, 'currency', c.currency, 'month', c.month),
         v_now, v_now
    from capped c;
end
$$;
comment on function billing.decide_recharges(uuid[]) is
  'Internal, batch. Decides recharges of wallets below their threshold: one open at a time, never above the monthly cap.';
