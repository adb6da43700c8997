-- Reads items of money, posts them and says of each what became of it: what billing.credit() and billing.debit() share.
-- p_items as there; p_from, p_to: the accounts where an item names none. Two items of one key in a call are one posting:
-- the second is told what became of the first. Raises WB400 malformed_call. Locks the wallets.
create or replace function billing.post_items(p_items jsonb, p_from text, p_to text)
returns table (item int, outcome text, reason text, detail jsonb, transfer_id uuid, balance bigint)
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.posting[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  v_rows := billing.post(array(select r from billing.read_postings(p_items, p_from, p_to) r order by r.item));
  if cardinality(v_rows) = 1 and v_rows[1].outcome = 'done' and v_rows[1].balance is not null then
    return query select v_rows[1].item, 'done', null::text, null::jsonb, v_rows[1].transfer_id, v_rows[1].balance;
    return;
  end if;
  return query
    select distinct on (r.item) r.item,
           case when r.outcome <> 'echo' then r.outcome when f.outcome in ('done', 'repeated') then 'repeated' else f.outcome end,
           coalesce(r.reason, case r.outcome when 'echo' then f.reason end),
           coalesce(r.detail, case r.outcome when 'echo' then f.detail end), coalesce(r.transfer_id, f.transfer_id),
           coalesce(r.balance, w.balance)
      from unnest(v_rows) r
      left join lateral (
        select x.outcome, x.reason, x.detail, x.transfer_id from unnest(v_rows) x
         where r.outcome = 'echo' and x.portal_id = r.portal_id and x.key = r.key and x.item < r.item
         order by x.item limit 1) f on true
      left join billing.wallet w on w.portal_id = r.portal_id
     where r.item is not null
     order by r.item, r.debit = 'receivables';
end
$$;
comment on function billing.post_items(jsonb, text, text) is
  'Internal, batch. Posts items of money between their accounts, p_from and p_to where they name none; a row per item.';
