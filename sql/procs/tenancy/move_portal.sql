-- The portal was renamed: its address changed, its member_id did not. The caller has confirmed with the
-- authorization server that the new address belongs to it. Raises WB400 malformed_item, WB404 unknown_portal.
-- Locks the portal row.
create or replace function tenancy.move_portal(p_portal_id uuid, p_client_endpoint text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if (p_client_endpoint ~ '^https?://[^/]+/') is not true then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'client_endpoint'));
  end if;
  update tenancy.portal p
     set client_endpoint = p_client_endpoint, domain = substring(p_client_endpoint from '^https?://([^/]+)'),
         repair_at = v_now, updated_at = v_now
   where p.portal_id = p_portal_id;
  if not found then
    perform trace.refuse('unknown_portal');
  end if;
end
$$;
comment on function tenancy.move_portal(uuid, text) is 'Tenant. Stores the new address of a renamed portal.';
grant execute on function tenancy.move_portal(uuid, text) to whatsappb24_api, whatsappb24_worker;
