-- What people call whoever did something: a member of staff's name for his id, else what stands there (a part of the
-- system, a portal's user). Null stays null. For the reports of the provider's staff. Locks nothing.
create or replace function tenancy.actor_name(p_actor text) returns text
language sql stable
set search_path = ''
as $$
  select coalesce((select s.name from tenancy.staff s where s.staff_id::text = p_actor), p_actor)
$$;
comment on function tenancy.actor_name(text) is 'Internal. What people call whoever did something: a member of staff''s name.';
