-- The company that owns a portal, as its invoices name it, and how many portals it owns. Needs billing.view.
-- Raises WB403 permission, WB404 unknown_portal. Locks nothing.
create or replace function tenancy.customer_of(p_portal_id uuid, p_user_id text)
returns table (
  customer_id uuid, legal_name text, trade_name text, tax_id_type text, tax_id text, country text, billing_address jsonb,
  contacts jsonb, language text, currency text, state text, version int, portals int)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select u.customer_id, u.legal_name, u.trade_name, u.tax_id_type, u.tax_id, u.country, u.billing_address, u.contacts, u.language,
           u.currency, u.state, u.version,
           (select count(*)::int from tenancy.portal o where o.customer_id = u.customer_id)
      from tenancy.portal p
      join tenancy.customer u on u.customer_id = p.customer_id
     where p.portal_id = p_portal_id;
  if not found then
    perform trace.refuse('unknown_portal');
  end if;
end
$$;
comment on function tenancy.customer_of(uuid, text) is 'Tenant. The company that owns a portal: names, tax id, address, contacts.';
grant execute on function tenancy.customer_of(uuid, text) to whatsappb24_api;
