-- Gives money to accounts, wallets unless an item names another (to), from the account that each item names (from).
-- For renewals, payments and adjustments, in their transaction. p_items: [{portal_id, key (1 to 180 characters, unique
-- in the portal), amount (millionths, > 0), reason, detail, from, to, currency (the wallet's unless told), group_id,
-- shortfall (refuse, or receivable: what the wallet lacks is owed)}]. Returns a row per item: done; repeated (the key
-- is known with the same arguments; detail apart); conflict (with others); refused (malformed_item, no_wallet,
-- unknown_currency, wallet_currency, balance, frozen: figures in detail), with the transfer and the wallet's balance
-- (millionths) after it. A refused item never fails its siblings. Raises WB400 malformed_call. Locks the wallets.
create or replace function billing.credit(p_items jsonb)
returns table (item int, outcome text, reason text, detail jsonb, transfer_id uuid, balance bigint)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_rows billing.posting[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  v_rows := billing.post(array(select r from billing.read_postings(p_items, null, 'wallet') r order by r.item));
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
comment on function billing.credit(jsonb) is
  'Internal, batch. Gives money, to the wallet unless told; once per key; a row per item (done, repeated, refused, conflict).';
