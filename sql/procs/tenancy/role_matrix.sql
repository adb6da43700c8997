-- People by name, those who may come in first: one row, total (how many match) and people, a page of them: [{user_id, name,
-- job, departments, is_admin, is_active, has_vanished, cells}], each with where he stands on the whole portal and on every
-- channel: cells [{channel_id (null: the whole portal), rule, roles, receives_new_clients, version, own_role, own_receives
-- (null: no setting of his own; a setting stands there also while something before it decides, as for who was dismissed)}].
-- p_search: part of a name or position, whatever its letters' case; p_department: who is in it or below it; pages by
-- p_offset. Needs user.roles. Raises WB403 permission. Locks nothing; fifty people on fifty channels are 2,550 look-ups of
-- tenancy.standing().
create or replace function tenancy.role_matrix(
  p_portal_id uuid, p_user_id text, p_search text default null, p_offset int default 0, p_limit int default 50,
  p_department text default null)
returns table (total bigint, people jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'user.roles');
  return query
    with found as (
      select u.user_id, u.name, u.position, u.departments, u.is_admin, u.is_active, u.vanished_at is not null as has_vanished
        from tenancy.portal_user u
       where u.portal_id = p_portal_id
         and (p_search is null or strpos(lower(u.name || ' ' || coalesce(u.position, '')), lower(p_search)) > 0)
         and (p_department is null or p_department = any (u.departments) or exists (
           select from tenancy.department_chain c
            where c.portal_id = p_portal_id and c.user_id = u.user_id and c.department_id = p_department))),
    page as (
      select f.*, f.is_active and not f.has_vanished as is_here
        from found f
       order by f.is_active and not f.has_vanished desc, lower(f.name), f.user_id
       offset greatest(p_offset, 0) limit least(greatest(p_limit, 1), 100))
    select (select count(*) from found),
           coalesce((select jsonb_agg(jsonb_build_object(
               'user_id', g.user_id, 'name', g.name, 'job', g.position, 'departments', to_jsonb(array(
                 select d.name from tenancy.department d
                  where d.portal_id = p_portal_id and d.department_id = any (g.departments) order by d.name)),
               'is_admin', g.is_admin, 'is_active', g.is_active, 'has_vanished', g.has_vanished,
               'cells', (
                 select jsonb_agg(jsonb_build_object(
                          'channel_id', h.channel_id, 'rule', s.rule, 'roles', s.roles, 'receives_new_clients', s.receives,
                          'version', m.version, 'own_role', m.role, 'own_receives', m.receives_new_clients)
                          order by h.name nulls first, h.channel_id)
                   from (select null::uuid as channel_id, null as name
                         union all
                         select c.channel_id, c.name from tenancy.channel c
                          where c.portal_id = p_portal_id and c.state <> 'removed') h
                  cross join lateral tenancy.standing(p_portal_id, g.user_id, h.channel_id) s
                   left join tenancy.membership m
                     on m.portal_id = p_portal_id and m.user_id = g.user_id and m.channel_id is not distinct from h.channel_id))
               order by g.is_here desc, lower(g.name), g.user_id)
             from page g), '[]');
end
$$;
comment on function tenancy.role_matrix(uuid, text, text, int, int, text) is
  'Tenant. A portal''s people, each with where he stands on the whole portal and on every channel.';
grant execute on function tenancy.role_matrix(uuid, text, text, int, int, text) to whatsappb24_api;
