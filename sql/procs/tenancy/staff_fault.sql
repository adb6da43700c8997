-- Which field of a person of the staff is wrong, of {email, name, role, language, state}; null: none. What is absent is
-- not wrong. Locks nothing.
create or replace function tenancy.staff_fault(p_person jsonb) returns text
language sql stable security definer
set search_path = ''
as $$
  select case when jsonb_typeof(p_person) is distinct from 'object' then 'person' else (
    select f.name
      from (values
        (1, 'email', length(btrim(p_person ->> 'email')) <= 254 and btrim(p_person ->> 'email') ~ '^[^\s@]+@[^\s@]+$'),
        (2, 'name', length(btrim(p_person ->> 'name')) between 1 and 100),
        (3, 'role', exists (select from tenancy.staff_role r where r.role = p_person ->> 'role')),
        (4, 'language', p_person ->> 'language' in ('es', 'en', 'pt')),
        (5, 'state', p_person ->> 'state' in ('active', 'disabled'))) f(place, name, is_good)
     where p_person ? f.name and f.is_good is not true
     order by f.place limit 1) end
$$;
comment on function tenancy.staff_fault(jsonb) is 'Internal. Which field of a person of the staff is wrong; null: none.';
