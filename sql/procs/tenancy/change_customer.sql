-- Changes the data of the company that owns a portal, for the panel. Needs billing.manage. p_changes: the fields that
-- change, of {legal_name, trade_name, tax_id_type, tax_id (dots, dashes and spaces are dropped), country, billing_address
-- {street, city, region, postal_code, country}, contacts [{name, email, phone, purpose}], language}; null empties one.
-- p_version: the version that the person saw, so that two never overwrite each other. Every change is kept with both
-- sides (tenancy.customer_change); what changes nothing leaves no trace. Returns the new version. Raises WB403
-- permission, WB404 unknown_portal, WB400 malformed_item with the field, WB409 stale_version. Locks the customer.
create or replace function tenancy.change_customer(p_portal_id uuid, p_actor text, p_version int, p_changes jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_id uuid;
  v_before tenancy.customer;
  v_after tenancy.customer;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'billing.manage');
  select p.customer_id into v_id from tenancy.portal p where p.portal_id = p_portal_id;
  select * into v_before from tenancy.customer u where u.customer_id = v_id for update;
  if not found then
    perform trace.refuse('unknown_portal');
  elsif v_before.version is distinct from p_version then
    perform trace.refuse('stale_version', jsonb_build_object('version', v_before.version));
  end if;
  v_after := tenancy.corrected_customer(v_before, p_changes);
  return tenancy.keep_customer(v_before, v_after, p_actor, p_portal_id);
end
$$;
comment on function tenancy.change_customer(uuid, text, int, jsonb) is
  'Tenant. Changes the data of the company that owns a portal; every change is kept. Returns the new version.';
grant execute on function tenancy.change_customer(uuid, text, int, jsonb) to whatsappb24_api;
