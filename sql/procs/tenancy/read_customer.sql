-- One customer as its invoices name it. For the provider's staff (the caller is trusted).
-- Raises WB404 unknown_customer. Locks nothing.
create or replace function tenancy.read_customer(p_customer_id uuid)
returns table (
  customer_id uuid, legal_name text, trade_name text, tax_id_type text, tax_id text, country text, billing_address jsonb,
  contacts jsonb, language text, currency text, state text, version int, created_at timestamptz, updated_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
    select u.customer_id, u.legal_name, u.trade_name, u.tax_id_type, u.tax_id, u.country, u.billing_address, u.contacts, u.language,
           u.currency, u.state, u.version, u.created_at, u.updated_at
      from tenancy.customer u
     where u.customer_id = p_customer_id;
  if not found then
    perform trace.refuse('unknown_customer', jsonb_build_object('customer_id', p_customer_id));
  end if;
end
$$;
comment on function tenancy.read_customer(uuid) is 'Directory. One customer: names, tax id, address, contacts.';
grant execute on function tenancy.read_customer(uuid) to whatsappb24_api;
