-- Writes a run of decided postings from one account of a portal to another: p_amount is their sum. Both accounts are
-- updated once, the balances and places in between are counted back from theirs. For billing.write_transfers(). Returns
-- the rows with the wallet's balance after each. Locks nothing that the wallet does not cover.
create or replace function billing.write_run(
  p_rows billing.posting[], p_portal_id uuid, p_debit text, p_credit text, p_currency text, p_amount bigint)
returns billing.posting[]
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int := cardinality(p_rows);
  v_debit record;
  v_credit record;
  v_rows billing.posting[];
begin
  update billing.wallet w
     set balance = w.balance + case 'wallet' when p_credit then p_amount when p_debit then -p_amount else 0 end,
         seq = w.seq + case when 'wallet' in (p_debit, p_credit) then v_count else 0 end, changed_at = greatest(w.changed_at, v_now)
   where w.portal_id = p_portal_id
  returning w.balance, w.seq, w.changed_at into v_debit;
  v_now := v_debit.changed_at;
  v_credit := v_debit;
  if p_debit <> 'wallet' then
    v_debit := billing.book(p_portal_id, p_debit, p_currency, -p_amount, v_count);
  end if;
  if p_credit <> 'wallet' then
    v_credit := billing.book(p_portal_id, p_credit, p_currency, p_amount, v_count);
  end if;

  with y as materialized (
    select r.*, p_amount - sum(r.amount) over (order by r.ordinality) as left_over, v_count - r.ordinality as after
      from unnest(p_rows) with ordinality r),
  t as (
    insert into billing.transfer (
      portal_id, transfer_id, group_id, key, currency, debit, credit, amount, debit_balance, credit_balance, debit_seq, credit_seq,
      reason, detail, messages, at)
    select y.portal_id, y.transfer_id, y.group_id, y.key, y.currency, y.debit, y.credit, y.amount, v_debit.balance + y.left_over,
           v_credit.balance - y.left_over, v_debit.seq - y.after, v_credit.seq - y.after, y.because, coalesce(y.about, '{}'), y.messages, v_now
      from y)
  select array_agg(row(
           y.item, y.outcome, y.reason, y.detail, y.portal_id, y.key, y.currency, y.debit, y.credit, y.amount, y.because, y.about,
           y.messages, y.group_id, y.may_owe, y.transfer_id,
           case 'wallet' when y.debit then v_debit.balance + y.left_over when y.credit then v_credit.balance - y.left_over end
         )::billing.posting order by y.ordinality)
    into v_rows
    from y;
  return v_rows;
end
$$;
comment on function billing.write_run(billing.posting[], uuid, text, text, text, bigint) is
  'Internal, batch. Writes a run of postings between the same two accounts.';
