-- Posts money once per business key. For debit(), credit(), adjustments and payments, in their transaction.
-- p_rows: rows of billing.read_postings(); those with an outcome stay as they are. Returns them decided: done,
-- repeated, conflict or refused, with the transfer and the wallet's balance; an item that is partly owed has two rows,
-- debts that a credit settled stand at the end without an item. Wallets that receive money pay their debts first.
-- Locks the wallets in the order of their portal; nothing else that they do not cover.
create or replace function billing.post(p_rows billing.posting[]) returns billing.posting[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_one billing.posting;
  v_rows billing.posting[];
  v_written billing.posting[];
  v_before billing.held_change[];
begin
  if cardinality(p_rows) = 1 then
    v_one := p_rows[1];
    if v_one.outcome is null and v_one.debit = 'wallet' then
      v_one := billing.post_one(v_one);
      if v_one.outcome is not null then
        return array[v_one];
      end if;
    end if;
  end if;
  perform 1
    from (select distinct r.portal_id from unnest(p_rows) r where r.outcome is null) k
    join billing.wallet w on w.portal_id = k.portal_id
   order by w.portal_id
     for no key update of w;
  select array_agg(row(w.portal_id, w.balance - w.held)::billing.held_change)
    into v_before
    from (select distinct r.portal_id from unnest(p_rows) r where r.outcome is null) k
    join billing.wallet w on w.portal_id = k.portal_id;
  if v_before is null then
    return p_rows;
  end if;
  v_rows := billing.decide_postings(billing.match_keys(p_rows));
  v_written := billing.write_transfers(billing.settle_debts(array(
    select r from unnest(v_rows) r where r.outcome = 'done' order by r.item, r.debit = 'receivables')));
  perform billing.watch(v_before);
  return v_written || array(select r from unnest(v_rows) r where r.outcome <> 'done' order by r.item);
end
$$;
comment on function billing.post(billing.posting[]) is
  'Internal, batch. Posts money once per business key; decides, writes, settles debts and watches the balance.';
