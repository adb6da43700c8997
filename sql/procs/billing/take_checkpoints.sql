-- Writes down the balance and place of accounts as the month (UTC) began, so that billing.verify() counts from there.
-- For the worker's round. One runner at a time, at most p_limit wallets a call. Returns how many wallets were done.
-- Locks those wallets in the order of their portal.
create or replace function billing.take_checkpoints(p_limit int default 100) returns int
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_month timestamptz := date_trunc('month', tenancy.now(), 'UTC');
  v_portals uuid[];
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.take_checkpoints', 0));
  v_portals := array(
    select w.portal_id from billing.wallet w
     where w.opened_at < v_month and not exists (
       select from billing.checkpoint p
        where p.portal_id = w.portal_id and p.kind = 'wallet' and p.currency = w.currency and p.before >= v_month)
     order by w.portal_id limit p_limit);
  perform 1 from billing.wallet w where w.portal_id = any (v_portals) order by w.portal_id for no key update;
  -- What is written from now on belongs to this month, even if the clock goes back.
  update billing.wallet w set changed_at = v_month where w.portal_id = any (v_portals) and w.changed_at < v_month;
  insert into billing.checkpoint (portal_id, kind, currency, before, balance, seq)
  select a.portal_id, a.kind, a.currency, v_month, coalesce(p.balance, 0) + coalesce(n.amount, 0), coalesce(p.seq, 0) + n.count
    from (select w.portal_id, 'wallet' as kind, w.currency from billing.wallet w where w.portal_id = any (v_portals)
          union all
          select c.portal_id, c.kind, c.currency from billing.account c where c.portal_id = any (v_portals)) a
    left join lateral (
      select x.before, x.balance, x.seq from billing.checkpoint x
       where x.portal_id = a.portal_id and x.kind = a.kind and x.currency = a.currency order by x.before desc limit 1) p on true
   cross join lateral (
      select sum(case t.credit when a.kind then t.amount else -t.amount end)::bigint as amount, count(*) as count
        from billing.transfer t
       where t.portal_id = a.portal_id and t.at >= coalesce(p.before, '-infinity') and t.at < v_month and t.currency = a.currency
         and a.kind in (t.debit, t.credit)) n
   order by a.portal_id, a.kind, a.currency;
  return cardinality(v_portals);
end
$$;
comment on function billing.take_checkpoints(int) is
  'Platform. Writes down the accounts'' balances as the month began; returns how many wallets were done.';
grant execute on function billing.take_checkpoints(int) to whatsappb24_worker;
