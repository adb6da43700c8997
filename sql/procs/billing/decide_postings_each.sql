-- Decides postings one after the other where a wallet's total does not fit or the wallet is frozen. For
-- billing.decide_postings(). p_wallets: by portal, {currency, state, balance, held, overdraft_limit, available} of those
-- wallets; postings of all others are done. A frozen wallet spends nothing. A refusal leaves room for what comes after.
-- What may be owed is never refused: the wallet pays what is available, the rest is a second posting from receivables
-- under key/owed, in the same group. Locks nothing.
create or replace function billing.decide_postings_each(p_rows billing.posting[], p_wallets jsonb) returns billing.posting[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.posting[] := '{}';
  v_row billing.posting;
  v_wallets jsonb := p_wallets;
  v_wallet jsonb;
  v_left bigint;
  v_owed bigint;
begin
  foreach v_row in array p_rows
  loop
    v_wallet := v_wallets -> v_row.portal_id::text;
    if v_row.outcome is not null then
      v_rows := v_rows || v_row;
      continue;
    end if;
    v_row.outcome := 'done';
    v_row.transfer_id := tenancy.new_id();
    v_row.group_id := coalesce(v_row.group_id, v_row.transfer_id);
    if v_wallet is not null then
      v_left := (v_wallet ->> 'available')::bigint;
      if v_row.credit = 'wallet' then
        v_left := v_left + v_row.amount;
      elsif v_row.debit = 'wallet' and v_wallet ->> 'state' = 'frozen' and not v_row.may_owe then
        v_row.outcome := 'refused';
        v_row.reason := 'frozen';
        v_row.detail := jsonb_build_object('amount', v_row.amount, 'currency', v_wallet -> 'currency');
      elsif v_row.debit = 'wallet' and v_row.amount <= v_left then
        v_left := v_left - v_row.amount;
      elsif v_row.debit = 'wallet' and v_row.may_owe then
        v_owed := v_row.amount - greatest(v_left, 0);
        if v_owed < v_row.amount then
          v_row.amount := v_row.amount - v_owed;
          v_rows := v_rows || v_row;
          v_row.key := v_row.key || '/owed';
          v_row.transfer_id := tenancy.new_id();
        end if;
        v_row.amount := v_owed;
        v_row.debit := 'receivables';
        v_left := 0;
      elsif v_row.debit = 'wallet' then
        v_row.outcome := 'refused';
        v_row.reason := 'balance';
        v_row.detail := v_wallet - 'state' || jsonb_build_object('amount', v_row.amount, 'available', v_left);
      end if;
      v_wallets := jsonb_set(v_wallets, array[v_row.portal_id::text, 'available'], to_jsonb(v_left));
    end if;
    v_rows := v_rows || v_row;
  end loop;
  return v_rows;
end
$$;
comment on function billing.decide_postings_each(billing.posting[], jsonb) is
  'Internal, batch. Decides postings one after the other: done, refused (balance, frozen), or partly owed.';
