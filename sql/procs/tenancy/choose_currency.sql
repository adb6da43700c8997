-- Sets the currency in which a customer is charged, while nothing depends on it: none of his portals has a wallet.
-- For the provider's staff (the caller is trusted). The same again changes nothing. Raises WB404 unknown_customer,
-- WB422 unknown_currency, WB409 customer_currency. Locks the customer.
create or replace function tenancy.choose_currency(p_actor text, p_customer_id uuid, p_currency text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_before tenancy.customer;
  v_after tenancy.customer;
begin
  select * into v_before from tenancy.customer u where u.customer_id = p_customer_id for update;
  if not found then
    perform trace.refuse('unknown_customer', jsonb_build_object('customer_id', p_customer_id));
  elsif not exists (select from billing.currency c where c.currency = p_currency) then
    perform trace.refuse('unknown_currency', jsonb_build_object('currency', p_currency));
  elsif v_before.currency <> p_currency and exists (
    select from tenancy.portal p join billing.wallet w on w.portal_id = p.portal_id where p.customer_id = p_customer_id) then
    perform trace.refuse('customer_currency', jsonb_build_object('currency', v_before.currency, 'other', p_currency));
  end if;
  v_after := v_before;
  v_after.currency := p_currency;
  perform tenancy.keep_customer(v_before, v_after, p_actor, null);
end
$$;
comment on function tenancy.choose_currency(text, uuid, text) is
  'Directory. Sets the currency in which a customer is charged, while none of his portals has a wallet.';
grant execute on function tenancy.choose_currency(text, uuid, text) to whatsappb24_api;
