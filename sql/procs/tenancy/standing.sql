-- Where a user stands, on this channel or (channel null) on the whole portal: the rule that decides, the roles that it
-- gives, and whether new clients may be given to him. The first of these that applies:
--   nobody         no user (null), a third party's key or the provider's support, which have scopes instead
--   dismissed      Bitrix24 says that he is not active;  vanished  its list of employees no longer names him
--   user_channel   a role of his own on this channel;    user_portal  one on the whole portal
--   administrator  an administrator of the portal is owner
--   department     of each department that he is in, the nearest one upwards that has a role, on the channel before the
--                  whole portal; who is in several departments has the roles of each
--   everybody      any other user, also one whom we have not met (Bitrix24 let him write in the chat), is agent
-- For every answer about permissions. Locks nothing; three index look-ups, four where a department has a role.
create or replace function tenancy.standing(p_portal_id uuid, p_user_id text, p_channel_id uuid default null)
returns table (rule text, roles text[], receives boolean, department_ids text[])
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_user tenancy.portal_user;
begin
  roles := '{}';
  receives := true;
  department_ids := '{}';
  if p_user_id is null or starts_with(p_user_id, 'key:') or starts_with(p_user_id, 'support:') then
    rule := 'nobody';
    return next;
    return;
  end if;
  select * into v_user from tenancy.portal_user u where u.portal_id = p_portal_id and u.user_id = p_user_id;
  if v_user.is_active is false then
    rule := 'dismissed';
    return next;
    return;
  elsif v_user.vanished_at is not null then
    rule := 'vanished';
    return next;
    return;
  end if;
  select case when m.channel_id is null then 'user_portal' else 'user_channel' end, array[m.role], m.receives_new_clients
    into rule, roles, receives
    from tenancy.membership m
   where m.portal_id = p_portal_id and m.user_id = p_user_id and (m.channel_id = p_channel_id or m.channel_id is null)
   order by m.channel_id is null
   limit 1;
  if found then
    return next;
    return;
  end if;
  receives := true;
  if v_user.is_admin then
    rule := 'administrator';
    roles := array['owner'];
    return next;
    return;
  end if;
  if exists (select from tenancy.membership m where m.portal_id = p_portal_id and m.department_id is not null) then
    select array_agg(distinct n.role), bool_or(n.receives_new_clients), array_agg(distinct n.department_id)
      into roles, receives, department_ids
      from (
        select distinct on (c.own_id) m.role, m.receives_new_clients, m.department_id
          from tenancy.department_chain c
          join tenancy.membership m on m.portal_id = c.portal_id and m.department_id = c.department_id
         where c.portal_id = p_portal_id and c.user_id = p_user_id and (m.channel_id = p_channel_id or m.channel_id is null)
         order by c.own_id, c.depth, m.channel_id is null) n;
    if roles is not null then
      rule := 'department';
      return next;
      return;
    end if;
  end if;
  rule := 'everybody';
  roles := array['agent'];
  receives := true;
  department_ids := '{}';
  return next;
end
$$;
comment on function tenancy.standing(uuid, text, uuid) is
  'Internal. The rule that decides what a user may do here, the roles that it gives, whether new clients may be given to him.';
