-- Freezes a wallet: it receives money and spends none; messages that cost something are refused, what is held is still captured.
-- For the provider's staff (the caller is trusted) and disputes. Again it changes nothing. Raises WB400 malformed_call without
-- actor or reason, WB404 no_wallet. Locks the wallet.
create or replace function billing.freeze_wallet(p_portal_id uuid, p_actor text, p_reason text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if coalesce(p_actor, '') = '' or coalesce(p_reason, '') = '' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', case when coalesce(p_actor, '') = '' then 'p_actor' else 'p_reason' end));
  end if;
  if not exists (select from billing.wallet w where w.portal_id = p_portal_id) then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  update billing.wallet w
     set state = 'frozen', state_reason = p_reason
   where w.portal_id = p_portal_id and w.state <> 'frozen';
  if found then
    insert into billing.wallet_change (portal_id, change_id, event, actor, reason, at)
    values (p_portal_id, tenancy.new_id(), 'frozen', p_actor, p_reason, v_now);
  end if;
end
$$;
comment on function billing.freeze_wallet(uuid, text, text) is
  'Tenant. Freezes a wallet: it receives money and spends none; messages that cost something are refused, what is held is still captured.';
grant execute on function billing.freeze_wallet(uuid, text, text) to whatsappb24_api;
