-- The people's part of tenancy.keep_directory(): names, positions and departments of a portal's whole list of employees,
-- read at p_now. Who was on an earlier list and is not on this one has vanished; who is again has not. Of a list that
-- misses more than half of ten or more people nobody vanishes, because vanishing takes rights away and Bitrix24 says of
-- those who left that they are not active: false then, else true. Locks the users, in the order of their ids.
create or replace function tenancy.keep_people(p_portal_id uuid, p_people jsonb, p_now timestamptz) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_missing bigint;
  v_known bigint;
begin
  perform tenancy.note_users(p_portal_id, p_people);
  with named as (
    select distinct on (e.item ->> 'user_id') e.item ->> 'user_id' as user_id, nullif(e.item ->> 'position', '') as position,
           array(select jsonb_array_elements_text(
             case jsonb_typeof(e.item -> 'departments') when 'array' then e.item -> 'departments' else '[]' end)) as departments
      from jsonb_array_elements(p_people) with ordinality e(item, i)
     where e.item ->> 'user_id' ~ '^[0-9]{1,18}$'
     order by e.item ->> 'user_id', e.i desc)
  update tenancy.portal_user u
     set position = n.position, departments = n.departments, listed_at = p_now, vanished_at = null
    from named n
   where u.portal_id = p_portal_id and u.user_id = n.user_id;
  select count(*) filter (where u.listed_at < p_now), count(*) into v_missing, v_known
    from tenancy.portal_user u
   where u.portal_id = p_portal_id and u.listed_at is not null and u.vanished_at is null;
  if v_known >= 10 and v_missing * 2 > v_known then
    return false;
  end if;
  update tenancy.portal_user u set vanished_at = p_now
   where u.portal_id = p_portal_id and u.listed_at < p_now and u.vanished_at is null;
  return true;
end
$$;
comment on function tenancy.keep_people(uuid, jsonb, timestamptz) is
  'Internal. Keeps a portal''s whole list of employees and marks who is no longer on it; false: too many are missing to believe it.';
