-- Freezes a wallet: it receives money and spends none; messages that cost something are refused, what is held is still captured.
-- For the provider's staff (the caller is trusted) and disputes. Again it changes nothing. Raises WB400 malformed_call without
-- actor or reason, WB404 no_wallet. Locks the wallet.
create or replace function billing.freeze_wallet(p_portal_id uuid, p_actor text, p_reason text) returns void
language sql security definer
set search_path = ''
as $$
  select billing.turn_wallet(p_portal_id, 'frozen', p_actor, p_reason)
$$;
comment on function billing.freeze_wallet(uuid, text, text) is
  'Tenant. Freezes a wallet: it receives money and spends none; messages that cost something are refused, what is held is still captured.';
grant execute on function billing.freeze_wallet(uuid, text, text) to whatsappb24_api;
