-- The scopes that this user may give a third party's key: what he may do himself on the whole portal, without api.keys and
-- user.roles (a key makes neither keys nor roles). Needs api.keys. Raises WB403 permission. Locks nothing.
create or replace function tenancy.grantable_scopes(p_portal_id uuid, p_user_id text) returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'api.keys');
  return array(
    select s.scope from unnest(tenancy.permissions_of(p_portal_id, p_user_id)) s(scope)
     where s.scope not in ('api.keys', 'user.roles') order by s.scope);
end
$$;
comment on function tenancy.grantable_scopes(uuid, text) is 'Tenant. The scopes that this user may give a third party''s key.';
grant execute on function tenancy.grantable_scopes(uuid, text) to whatsappb24_api;
