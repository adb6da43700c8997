-- Sets how far below zero a wallet may go. For the provider's staff (the caller is trusted). Raises WB400 malformed_call,
-- WB404 no_wallet, WB402 balance (more than the new limit is used or held already). Locks the wallet.
create or replace function billing.set_overdraft(p_portal_id uuid, p_actor text, p_limit bigint, p_reason text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_wallet billing.wallet;
begin
  if coalesce(p_actor, '') = '' or coalesce(p_reason, '') = '' or coalesce(p_limit, -1) not between 0 and 1000000000000000 then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_limit, p_reason"}');
  end if;
  select * into v_wallet from billing.wallet w where w.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  if v_wallet.balance - v_wallet.held + p_limit < 0 then
    perform trace.refuse('balance', jsonb_build_object(
      'balance', v_wallet.balance, 'held', v_wallet.held, 'overdraft_limit', p_limit, 'currency', v_wallet.currency));
  end if;
  update billing.wallet w set overdraft_limit = p_limit where w.portal_id = p_portal_id;
  insert into billing.wallet_change (portal_id, change_id, event, actor, reason, detail, at)
  values (p_portal_id, tenancy.new_id(), 'overdraft', p_actor, p_reason,
          jsonb_build_object('before', v_wallet.overdraft_limit, 'after', p_limit), v_now);
end
$$;
comment on function billing.set_overdraft(uuid, text, bigint, text) is
  'Tenant. Sets how far below zero the wallet may go.';
grant execute on function billing.set_overdraft(uuid, text, bigint, text) to whatsappb24_api;
