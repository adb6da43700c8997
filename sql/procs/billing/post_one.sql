-- Posts one debit of a wallet in the fewest statements: what most calls are about. For billing.post(). p_row: as
-- billing.read_postings() gives it, without an outcome, from the wallet to another account. Does what match_keys(),
-- decide_postings(), write_transfers() and watch() do for it. Where there is anything to decide (the key is known, the
-- wallet is frozen or has not enough) it changes nothing and returns a row without outcome: then they must.
-- Locks the wallet; nothing else that it does not cover.
create or replace function billing.post_one(p_row billing.posting) returns billing.posting
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_row billing.posting := p_row;
  v_wallet billing.wallet;
  v_account billing.account;
  v_before bigint;
begin
  select w.* into v_wallet from billing.wallet w where w.portal_id = p_row.portal_id for no key update;
  v_before := v_wallet.balance - v_wallet.held;
  if v_wallet.state <> 'open' or p_row.amount > v_before + v_wallet.overdraft_limit then
    return p_row;
  end if;
  if exists (select from billing.transfer t where t.portal_id = p_row.portal_id and t.key = p_row.key) then
    return p_row;
  end if;
  update billing.wallet w
     set balance = w.balance - p_row.amount, seq = w.seq + 1, changed_at = greatest(w.changed_at, v_now)
   where w.portal_id = p_row.portal_id
  returning w.* into v_wallet;
  v_account := billing.book(p_row.portal_id, p_row.credit, p_row.currency, p_row.amount, 1);
  v_row.outcome := 'done';
  v_row.transfer_id := tenancy.new_id();
  v_row.group_id := coalesce(p_row.group_id, v_row.transfer_id);
  v_row.balance := v_wallet.balance;
  insert into billing.transfer (
    portal_id, transfer_id, group_id, key, currency, debit, credit, amount, debit_balance, credit_balance, debit_seq, credit_seq,
    reason, detail, messages, at)
  values (
    v_row.portal_id, v_row.transfer_id, v_row.group_id, v_row.key, v_row.currency, 'wallet', v_row.credit, v_row.amount, v_wallet.balance,
    v_account.balance, v_wallet.seq, v_account.seq, v_row.because, coalesce(v_row.about, '{}'), v_row.messages, v_wallet.changed_at);
  perform billing.watch(array[row(v_row.portal_id, v_before)::billing.held_change]);
  return v_row;
end
$$;
comment on function billing.post_one(billing.posting) is
  'Internal, batch. Posts one plain debit of a wallet; returns it without outcome where there is anything to decide.';
