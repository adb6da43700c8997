-- Ends a grant of support: it holds no longer from now on. One that is over stays as it is. Needs user.roles.
-- Raises WB403 permission, WB404 unknown_grant. Locks the grant.
create or replace function tenancy.end_support(p_portal_id uuid, p_actor text, p_grant_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_grant tenancy.support_grant;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'user.roles');
  select * into v_grant from tenancy.support_grant g where g.portal_id = p_portal_id and g.grant_id = p_grant_id for update;
  if not found then
    perform trace.refuse('unknown_grant');
  elsif v_grant.ended_at is null and v_now < v_grant.ends_at then
    update tenancy.support_grant g set ended_at = v_now, ended_by = p_actor
     where g.portal_id = p_portal_id and g.grant_id = p_grant_id;
  end if;
end
$$;
comment on function tenancy.end_support(uuid, text, uuid) is 'Tenant. Ends the access of the provider''s support that a grant gave.';
grant execute on function tenancy.end_support(uuid, text, uuid) to whatsappb24_api;
