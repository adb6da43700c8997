-- Makes the comparison of a portal with its desired state due now (frame opened, event missed, line removed). One that
-- is under way is followed by another. Locks the portal row.
create or replace function tenancy.request_repair(p_portal_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  update tenancy.portal p set repair_at = least(p.repair_at, v_now)
   where p.portal_id = p_portal_id and p.state in ('installing', 'installed');
end
$$;
comment on function tenancy.request_repair(uuid) is 'Tenant. Makes the reconciliation of the portal due now.';
grant execute on function tenancy.request_repair(uuid) to whatsappb24_api, whatsappb24_worker;
