-- Looks at wallets whose money changed: tells of thresholds that were crossed downwards (each at most once in 24 h), and
-- decides on a recharge where the customer ordered one. For the money functions, which hold the wallets.
-- p_before: each wallet and its balance less held before the change. Locks nothing that the wallets do not cover.
create or replace function billing.watch(p_before billing.held_change[]) returns void
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
  v_portals uuid[];
begin
  with crossed as (
    update billing.threshold t
       set told_at = v_now
      from unnest(p_before) b
      join billing.wallet w on w.portal_id = b.portal_id
     where t.portal_id = b.portal_id and b.amount >= t.amount and w.balance - w.held < t.amount
       and coalesce(t.told_at <= v_now - interval '24 hours', true)
    returning t.portal_id, t.amount, w.balance, w.held, w.currency)
  insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at)
  select c.portal_id, tenancy.new_id(), 'low_balance',
         jsonb_build_object('threshold', c.amount, 'balance', c.balance, 'held', c.held, 'currency', c.currency), v_now, v_now
    from crossed c;
  select array_agg(w.portal_id)
    into v_portals
    from unnest(p_before) b
    join billing.wallet w on w.portal_id = b.portal_id
    join billing.recharge_rule r on r.portal_id = w.portal_id
   where r.is_on and w.state = 'open' and w.balance - w.held < b.amount and w.balance - w.held < r.threshold
     and coalesce(r.not_before <= v_now, true);
  if v_portals is not null then
    perform billing.decide_recharges(v_portals);
  end if;
end
$$;
comment on function billing.watch(billing.held_change[]) is
  'Internal, batch. Tells of crossed thresholds and decides on recharges after wallets changed.';
