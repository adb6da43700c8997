-- May this user do this? The one place that answers.
-- For every door. Explicit memberships count first: those of the channel, then those of the whole portal; a
-- portal administrator without one is owner, any other active user is agent. p_user_id null is the portal
-- itself (welcome texts, robots without a user), which may write and nothing else. A user that we have not met
-- is an active agent: Bitrix24 let him write in the chat. Locks nothing; two index look-ups.
create or replace function tenancy.allows(p_portal_id uuid, p_user_id text, p_permission text, p_channel_id uuid default null)
returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_user tenancy.portal_user;
  v_roles text[];
begin
  if p_user_id is null then
    return p_permission in ('conversation.write.own', 'conversation.write.all');
  end if;
  select * into v_user from tenancy.portal_user u where u.portal_id = p_portal_id and u.user_id = p_user_id;
  if v_user.is_active is false then
    return false;
  end if;
  select array_agg(m.role) into v_roles
    from tenancy.membership m
   where m.portal_id = p_portal_id and m.user_id = p_user_id and m.channel_id = p_channel_id;
  if v_roles is null then
    select array_agg(m.role) into v_roles
      from tenancy.membership m
     where m.portal_id = p_portal_id and m.user_id = p_user_id and m.channel_id is null;
  end if;
  if v_roles is null then
    v_roles := array[case when v_user.is_admin then 'owner' else 'agent' end];
  end if;
  return exists (
    select from tenancy.role_permission r where r.permission = p_permission and r.role = any (v_roles));
end
$$;
comment on function tenancy.allows(uuid, text, text, uuid) is
  'Tenant. May this user (null: the portal itself) do this, on this channel or (null) on the whole portal?';
grant execute on function tenancy.allows(uuid, text, text, uuid) to whatsappb24_api;
