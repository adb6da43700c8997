-- Adds to the postings of a call what a wallet that receives money pays of its portal's debt: min(owed, received), from
-- the wallet to receivables, under the key of the last credit with /debt. For billing.post() and
-- billing.move_charges(), which hold the wallets. Locks nothing.
create or replace function billing.settle_debts(p_rows billing.posting[]) returns billing.posting[]
language plpgsql
set search_path = ''
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
           least(c.amount, n.owed), 'debt', '{}', null, (c.last).group_id, false, tenancy.new_id(), null)::billing.posting)
    into v_debts
    from (select r.portal_id, r.currency, sum(r.amount)::bigint as amount, (array_agg(r order by r.item desc))[1] as last
            from unnest(p_rows) r
           where r.outcome = 'done' and r.credit = 'wallet' and r.debit <> 'receivables'
           group by r.portal_id, r.currency) c
    join billing.account a on a.portal_id = c.portal_id and a.kind = 'receivables' and a.currency = c.currency
   cross join lateral (
     select -a.balance + coalesce(sum(case when o.debit = 'receivables' then o.amount else -o.amount end), 0)::bigint as owed
       from unnest(p_rows) o
      where o.portal_id = c.portal_id and o.currency = c.currency and o.outcome = 'done' and 'receivables' in (o.debit, o.credit)) n
   where n.owed > 0;
  return p_rows || coalesce(v_debts, '{}');
end
$$;
comment on function billing.settle_debts(billing.posting[]) is
  'Internal, batch. Adds what wallets that receive money pay of their debts.';
