-- Opens the portal's wallet in its one currency. For staff and the registration of a customer. Opening it again in the
-- same currency changes nothing. Returns the wallet. Raises WB404 unknown_portal, WB422 unknown_currency, WB409
-- wallet_currency (it has a wallet in another one). Locks the portal's wallet.
create or replace function billing.open_wallet(p_portal_id uuid, p_currency text, p_actor text default 'system')
returns table (currency text, balance billing.micros, held billing.micros, overdraft_limit billing.micros, state text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_found text;
begin
  if not exists (select from tenancy.portal p where p.portal_id = p_portal_id) then
    perform trace.refuse('unknown_portal', jsonb_build_object('portal_id', p_portal_id));
  end if;
  if not exists (select from billing.currency c where c.currency = p_currency) then
    perform trace.refuse('unknown_currency', jsonb_build_object('currency', p_currency));
  end if;
  insert into billing.wallet as w (portal_id, currency, opened_at, changed_at)
  values (p_portal_id, p_currency, v_now, v_now)
  on conflict (portal_id) do nothing
  returning w.currency into v_found;
  if v_found is not null then
    insert into billing.wallet_change (portal_id, change_id, event, actor, detail, at)
    values (p_portal_id, tenancy.new_id(), 'opened', p_actor, jsonb_build_object('currency', p_currency), v_now);
  end if;
  select w.currency into v_found from billing.wallet w where w.portal_id = p_portal_id;
  if v_found <> p_currency then
    perform trace.refuse('wallet_currency', jsonb_build_object('currency', p_currency, 'wallet', v_found));
  end if;
  return query
    select w.currency, w.balance, w.held, w.overdraft_limit, w.state from billing.wallet w where w.portal_id = p_portal_id;
end
$$;
comment on function billing.open_wallet(uuid, text, text) is
  'Tenant. Opens the portal''s wallet in its one currency, once; returns it.';
grant execute on function billing.open_wallet(uuid, text, text) to whatsappb24_api;
