-- Decides which postings a wallet can pay. For billing.post() and billing.pay_moves(), which hold the wallets.
-- p_held: what the same call takes from (or adds to) a wallet's held. Where a wallet's total fits, all its postings
-- are done; only where it does not, or the wallet is frozen, are they decided one after the other. Locks nothing.
create or replace function billing.decide_postings(p_rows billing.posting[], p_held billing.held_change[] default '{}')
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
  v_wallets jsonb;
  v_rows billing.posting[];
begin
  -- Which wallets need a closer look: frozen, or asked for more than there is.
  select jsonb_object_agg(w.portal_id, jsonb_build_object(
           'currency', w.currency, 'state', w.state, 'balance', w.balance, 'held', w.held + h.amount, 'overdraft_limit', w.overdraft_limit,
           'available', w.balance - w.held - h.amount + w.overdraft_limit))
    into v_wallets
    from (select r.portal_id, sum(r.amount) as amount from unnest(p_rows) r
           where r.outcome is null and r.debit = 'wallet' group by r.portal_id) n
    join billing.wallet w on w.portal_id = n.portal_id
    cross join lateral (select coalesce(sum(c.amount), 0)::bigint as amount from unnest(p_held) c where c.portal_id = n.portal_id) h
   where w.state = 'frozen' or n.amount > w.balance - w.held - h.amount + w.overdraft_limit;
  if v_wallets is not null then
    return billing.decide_postings_each(p_rows, v_wallets);
  end if;
  select array_agg(row(
           r.item, coalesce(r.outcome, 'done'), r.reason, r.detail, r.portal_id, r.key, r.currency, r.debit, r.credit, r.amount, r.because, r.about,
           r.messages, coalesce(r.group_id, i.id), r.may_owe, coalesce(i.id, r.transfer_id), r.balance)::billing.posting order by r.ordinality)
    into v_rows
    from unnest(p_rows) with ordinality r
   cross join lateral (select case when r.outcome is null then tenancy.new_id() end as id offset 0) i;
  return coalesce(v_rows, '{}');
end
$$;
comment on function billing.decide_postings(billing.posting[], billing.held_change[]) is
  'Internal, batch. Which postings the wallets can pay: done, refused (balance, frozen), or partly owed.';
