-- Everything that a user may do, on this channel or (channel null) on the whole portal, in alphabetical order: so that
-- the panel offers no button that would be refused. Says the same as tenancy.allows(). Locks nothing.
create or replace function tenancy.permissions_of(p_portal_id uuid, p_user_id text, p_channel_id uuid default null) returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_roles text[];
  v_receives boolean;
begin
  if starts_with(p_user_id, 'key:') or starts_with(p_user_id, 'support:') then
    return tenancy.scopes_of(p_portal_id, p_user_id);
  end if;
  select s.roles, s.receives into v_roles, v_receives from tenancy.standing(p_portal_id, p_user_id, p_channel_id) s;
  return array(
    select distinct r.permission from tenancy.role_permission r
     where r.role = any (v_roles) and (v_receives or r.permission <> 'newclients.receive')
     order by r.permission);
end
$$;
comment on function tenancy.permissions_of(uuid, text, uuid) is
  'Internal. Every permission of this user, on this channel or (null) on the whole portal.';
