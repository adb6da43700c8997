-- Adds a person to the staff: p_person {email, name, role, language}. The address is how he is known: to the command line
-- and to OpenID Connect. p_actor: a staff id, or cli. Returns his id. Raises WB400 malformed_item with the field, WB409
-- staff_exists. Locks nothing.
create or replace function tenancy.add_staff(p_actor text, p_person jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
  v_field text := tenancy.staff_fault(p_person);
  v_email text := lower(btrim(p_person ->> 'email'));
begin
  if v_field is null then
    select f.name into v_field
      from unnest(array['email', 'name', 'role', 'language']) f(name) where p_person ->> f.name is null limit 1;
  end if;
  if v_field is not null or coalesce(p_actor, '') = '' then
    perform trace.refuse('malformed_item', jsonb_build_object('field', coalesce(v_field, 'actor')));
  end if;
  insert into tenancy.staff (staff_id, email, name, language, role, created_at, updated_at)
  values (v_id, v_email, btrim(p_person ->> 'name'), p_person ->> 'language', p_person ->> 'role', v_now, v_now)
  on conflict (email) do nothing;
  if not found then
    perform trace.refuse('staff_exists', jsonb_build_object('email', v_email));
  end if;
  perform tenancy.note_staff(v_id, 'added', p_actor, '{}',
    jsonb_build_object('email', v_email, 'name', btrim(p_person ->> 'name'), 'role', p_person ->> 'role', 'language', p_person ->> 'language'));
  return v_id;
end
$$;
comment on function tenancy.add_staff(text, jsonb) is 'Platform. Adds a person to the provider''s staff; returns his id.';
grant execute on function tenancy.add_staff(text, jsonb) to whatsappb24_api;
