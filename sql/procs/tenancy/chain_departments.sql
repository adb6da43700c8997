-- Makes the way up from every user's departments anew (tenancy.department_chain), so that a permission needs no walk. A
-- department that has vanished ends the way; a circle ends it after 50 steps. Writes only what differs.
-- The caller has locked the portal row.
create or replace function tenancy.chain_departments(p_portal_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  with recursive walk as (
    select u.user_id, d.department_id as own_id, 0::smallint as depth, d.department_id, d.parent_id
      from tenancy.portal_user u
      join tenancy.department d on d.portal_id = u.portal_id and d.department_id = any (u.departments) and d.vanished_at is null
     where u.portal_id = p_portal_id
    union all
    select w.user_id, w.own_id, (w.depth + 1)::smallint, d.department_id, d.parent_id
      from walk w
      join tenancy.department d on d.portal_id = p_portal_id and d.department_id = w.parent_id and d.vanished_at is null
     where w.depth < 50),
  gone as (
    delete from tenancy.department_chain c
     where c.portal_id = p_portal_id and not exists (
       select from walk w
        where w.user_id = c.user_id and w.own_id = c.own_id and w.depth = c.depth))
  insert into tenancy.department_chain as c (portal_id, user_id, own_id, depth, department_id)
  select p_portal_id, w.user_id, w.own_id, w.depth, w.department_id from walk w
  on conflict (portal_id, user_id, own_id, depth) do update set department_id = excluded.department_id
   where c.department_id <> excluded.department_id;
end
$$;
comment on function tenancy.chain_departments(uuid) is 'Internal. Makes the way up from every user''s departments anew.';
