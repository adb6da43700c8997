-- Takes money from accounts, wallets unless an item names another (from), and gives it to revenue or where an item says (to).
-- For renewals, payments and adjustments, in their transaction. p_items: [{portal_id, key (1 to 180 characters, unique
-- in the portal), amount (millionths, > 0), reason, detail, from, to, currency (the wallet's unless told), group_id,
-- shortfall (refuse, or receivable: what the wallet lacks is owed)}]. Returns a row per item: done; repeated (the key
-- is known with the same arguments; detail apart); conflict (with others); refused (malformed_item, no_wallet,
-- unknown_currency, wallet_currency, balance, frozen: figures in detail), with the transfer and the wallet's balance
-- (millionths) after it. A refused item never fails its siblings. Raises WB400 malformed_call. Locks the wallets.
create or replace function billing.debit(p_items jsonb)
returns table (item int, outcome text, reason text, detail jsonb, transfer_id uuid, balance bigint)
language plpgsql security definer
set search_path = ''
as $$
begin
  return query
    select r.item, r.outcome, r.reason, r.detail, r.transfer_id, r.balance from billing.post_items(p_items, 'wallet', 'revenue') r;
end
$$;
comment on function billing.debit(jsonb) is
  'Internal, batch. Takes money, from the wallet to revenue unless told; once per key; a row per item (done, repeated, refused, conflict).';
