-- Lets a frozen wallet spend again.
-- For the provider's staff (the caller is trusted) and disputes. Again it changes nothing. Raises WB400 malformed_call without
-- actor or reason, WB404 no_wallet. Locks the wallet.
create or replace function billing.unfreeze_wallet(p_portal_id uuid, p_actor text, p_reason text) returns void
language sql security definer
set search_path = ''
as $$
  select billing.turn_wallet(p_portal_id, 'open', p_actor, p_reason)
$$;
comment on function billing.unfreeze_wallet(uuid, text, text) is
  'Tenant. Lets a frozen wallet spend again.';
grant execute on function billing.unfreeze_wallet(uuid, text, text) to whatsappb24_api;
