-- Adds to the postings of a call what a wallet that receives money pays of its portal's debt: min(owed, received, left), from
-- the wallet to receivables, under the key of the last credit with /debt. For billing.post() and
-- billing.pay_moves(), which hold the wallets. What the call itself spends of it is not paid twice; p_held: what the call
-- takes from the wallets' held. Locks nothing.
create or replace function billing.settle_debts(p_rows billing.posting[], p_held billing.held_change[] default '{}')
returns billing.posting[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_debts billing.posting[];
begin
  select array_agg(row(
           null, 'done', null, null, c.portal_id, (c.last).key || '/debt', a.currency, 'wallet', 'receivables',
           least(c.amount, n.owed, n.left), 'debt', '{}', null, (c.last).group_id, false, tenancy.new_id(), null)::billing.posting)
    into v_debts
    from (select r.portal_id, r.currency, sum(r.amount)::bigint as amount, (array_agg(r order by r.item desc))[1] as last
            from unnest(p_rows) r
           where r.outcome = 'done' and r.credit = 'wallet' and r.debit <> 'receivables'
           group by r.portal_id, r.currency) c
    join billing.wallet w on w.portal_id = c.portal_id
    join billing.account a on a.portal_id = c.portal_id and a.kind = 'receivables' and a.currency = c.currency
   cross join lateral (
     select -a.balance + coalesce(sum(case 'receivables' when o.debit then o.amount when o.credit then -o.amount end), 0)::bigint as owed,
            w.balance - w.held + w.overdraft_limit + coalesce(sum(case 'wallet' when o.credit then o.amount when o.debit then -o.amount end), 0)::bigint
              - (select coalesce(sum(h.amount), 0)::bigint from unnest(p_held) h where h.portal_id = c.portal_id) as left
       from unnest(p_rows) o
      where o.portal_id = c.portal_id and o.currency = c.currency and o.outcome = 'done') n
   where n.owed > 0 and n.left > 0;
  return p_rows || coalesce(v_debts, '{}');
end
$$;
comment on function billing.settle_debts(billing.posting[], billing.held_change[]) is
  'Internal, batch. Adds what wallets that receive money pay of their debts.';
