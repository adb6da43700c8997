-- Refuses unless the user is allowed this on the whole portal or on any of its channels: for what shows no more than
-- that something is there, such as the signal that a list changed.
-- For the API. Raises WB403 permission. Locks nothing.
create or replace function tenancy.demand_somewhere(p_portal_id uuid, p_user_id text, p_permission text) returns void
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if not exists (
    select from tenancy.channel c
     where c.portal_id = p_portal_id and tenancy.allows(p_portal_id, p_user_id, p_permission, c.channel_id))
  then
    perform tenancy.demand(p_portal_id, p_user_id, p_permission);
  end if;
end
$$;
comment on function tenancy.demand_somewhere(uuid, text, text) is
  'Tenant. Raises WB403 permission unless tenancy.allows() says yes for the portal or for one of its channels.';
grant execute on function tenancy.demand_somewhere(uuid, text, text) to whatsappb24_api;
