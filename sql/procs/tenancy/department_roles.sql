-- The departments of a portal's company by name, with the settings made for each: settings [{channel_id (null: the whole
-- portal), role, receives_new_clients, version}], people: how many are in it or below it. A vanished one is shown while it
-- has a setting. Needs user.roles. Raises WB403 permission. Locks nothing.
create or replace function tenancy.department_roles(p_portal_id uuid, p_user_id text)
returns table (department_id text, name text, parent_id text, has_vanished boolean, people bigint, settings jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'user.roles');
  return query
    with set as (
      select m.department_id, jsonb_agg(jsonb_build_object(
               'channel_id', m.channel_id, 'role', m.role, 'receives_new_clients', m.receives_new_clients, 'version', m.version)
               order by m.channel_id nulls first) as settings
        from tenancy.membership m
       where m.portal_id = p_portal_id and m.department_id is not null
       group by m.department_id),
    inside as (
      select c.department_id, count(distinct c.user_id) as people
        from tenancy.department_chain c where c.portal_id = p_portal_id group by c.department_id)
    select d.department_id, d.name, d.parent_id, d.vanished_at is not null, coalesce(i.people, 0), coalesce(s.settings, '[]')
      from tenancy.department d
      left join set s on s.department_id = d.department_id
      left join inside i on i.department_id = d.department_id
     where d.portal_id = p_portal_id and (d.vanished_at is null or s.settings is not null)
     order by d.name, d.department_id
     limit 2000;
end
$$;
comment on function tenancy.department_roles(uuid, text) is
  'Tenant. The departments of a portal''s company with the roles given to each.';
grant execute on function tenancy.department_roles(uuid, text) to whatsappb24_api;
