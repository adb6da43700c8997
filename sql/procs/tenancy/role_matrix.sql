-- People by name, each with where he stands on the whole portal and on every channel: cells [{channel_id (null: the whole
-- portal), rule, roles, receives_new_clients, version (null: no setting of his own)}]. p_search: part of a name or
-- position; pages by p_offset. total: how many there are. Needs user.roles. Raises WB403 permission. Locks nothing;
-- fifty people on fifty channels are 2,550 look-ups of tenancy.standing().
create or replace function tenancy.role_matrix(
  p_portal_id uuid, p_user_id text, p_search text default null, p_offset int default 0, p_limit int default 50)
returns table (
  user_id text, name text, job text, departments text[], is_admin boolean, is_active boolean, has_vanished boolean,
  cells jsonb, total bigint)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'user.roles');
  return query
    with page as (
      select u.user_id, u.name, u.position, u.departments, u.is_admin, u.is_active, u.vanished_at, count(*) over () as total
        from tenancy.portal_user u
       where u.portal_id = p_portal_id
         and (p_search is null or strpos(lower(u.name || ' ' || coalesce(u.position, '')), lower(p_search)) > 0)
       order by u.is_active desc, u.name, u.user_id
       offset greatest(p_offset, 0) limit least(greatest(p_limit, 1), 100))
    select g.user_id, g.name, g.position,
           array(select d.name from tenancy.department d
                  where d.portal_id = p_portal_id and d.department_id = any (g.departments) order by d.name),
           g.is_admin, g.is_active, g.vanished_at is not null,
           (select jsonb_agg(jsonb_build_object(
              'channel_id', h.channel_id, 'rule', s.rule, 'roles', s.roles, 'receives_new_clients', s.receives, 'version', m.version)
              order by h.name nulls first, h.channel_id)
              from (select null::uuid as channel_id, null as name
                    union all
                    select c.channel_id, c.name from tenancy.channel c where c.portal_id = p_portal_id and c.state <> 'removed') h
             cross join lateral tenancy.standing(p_portal_id, g.user_id, h.channel_id) s
              left join tenancy.membership m
                on m.portal_id = p_portal_id and m.user_id = g.user_id and m.channel_id is not distinct from h.channel_id),
           g.total
      from page g
     order by g.is_active desc, g.name, g.user_id;
end
$$;
comment on function tenancy.role_matrix(uuid, text, text, int, int) is
  'Tenant. A portal''s people, each with where he stands on the whole portal and on every channel.';
grant execute on function tenancy.role_matrix(uuid, text, text, int, int) to whatsappb24_api;
