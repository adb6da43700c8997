-- The installer's page reported that it finished, or the portal says INSTALLED: events flow from now on.
-- Idempotent. Resumes what waited for the portal. Locks the portal row, then its lanes.
create or replace function tenancy.finish_install(p_portal_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  update tenancy.portal p
     set state = 'installed', state_reason = null, installed_at = coalesce(p.installed_at, v_now), repair_at = v_now,
         updated_at = v_now
   where p.portal_id = p_portal_id and p.state in ('installing', 'installed', 'needs_reauth', 'suspended');
  if not found then
    perform trace.refuse('unknown_portal');
  end if;
end
$$;
comment on function tenancy.finish_install(uuid) is 'Tenant. The installation is finished; the portal delivers events from now on.';
grant execute on function tenancy.finish_install(uuid) to whatsappb24_api, whatsappb24_worker;
