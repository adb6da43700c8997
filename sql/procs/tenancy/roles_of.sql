-- The roles that a user plays, on this channel or (channel null) on the whole portal. Explicit memberships count
-- first: those of the channel, then those of the portal; a portal administrator without one is owner, any other active
-- user is agent. A user that we have not met is an active agent: Bitrix24 let him write in the chat. A dismissed user,
-- nobody (null) and a third party's key ('key:<id>': it has scopes) play none. Locks nothing; three index look-ups.
create or replace function tenancy.roles_of(p_portal_id uuid, p_user_id text, p_channel_id uuid default null) returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_user tenancy.portal_user;
  v_roles text[];
begin
  if p_user_id is null or starts_with(p_user_id, 'key:') then
    return '{}';
  end if;
  select * into v_user from tenancy.portal_user u where u.portal_id = p_portal_id and u.user_id = p_user_id;
  if v_user.is_active is false then
    return '{}';
  end if;
  select array_agg(m.role) into v_roles
    from tenancy.membership m
   where m.portal_id = p_portal_id and m.user_id = p_user_id and m.channel_id = p_channel_id;
  if v_roles is null then
    select array_agg(m.role) into v_roles
      from tenancy.membership m
     where m.portal_id = p_portal_id and m.user_id = p_user_id and m.channel_id is null;
  end if;
  return coalesce(v_roles, array[case when v_user.is_admin then 'owner' else 'agent' end]);
end
$$;
comment on function tenancy.roles_of(uuid, text, uuid) is
  'Internal. The roles this user plays, on this channel or (null) on the whole portal.';
