-- Changes a person of the staff: p_changes, of {name, language, role, state (active, disabled)}; what is absent stays. Who is
-- disabled is out at once: his sessions and links end. The last active owner stays owner and active. Every change is
-- kept; what changes nothing leaves no trace. p_actor: a staff id, or cli. Raises WB400 malformed_item with the field,
-- WB404 unknown_staff, WB409 last_owner. Locks the active owners and the person in the order of their ids, so that two
-- owners never remove each other; then his sessions and links.
create or replace function tenancy.change_staff(p_actor text, p_staff_id uuid, p_changes jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_field text := coalesce(
    tenancy.staff_fault(p_changes),
    (select k.name from jsonb_object_keys(case jsonb_typeof(p_changes) when 'object' then p_changes else '{}' end) k(name)
      where k.name not in ('name', 'language', 'role', 'state') limit 1));
  v_before tenancy.staff;
  v_after tenancy.staff;
begin
  if v_field is not null or coalesce(p_actor, '') = '' then
    perform trace.refuse('malformed_item', jsonb_build_object('field', coalesce(v_field, 'actor')));
  end if;
  perform 1 from tenancy.staff s
    where s.role = 'owner' and s.state = 'active' or s.staff_id = p_staff_id order by s.staff_id for update;
  select * into v_before from tenancy.staff s where s.staff_id = p_staff_id;
  if not found then
    perform trace.refuse('unknown_staff');
  end if;
  v_after := jsonb_populate_record(v_before, p_changes);
  v_after.name := btrim(v_after.name);
  if (v_before.role, v_before.state) = ('owner', 'active') and (v_after.role, v_after.state) <> ('owner', 'active')
     and not exists (
       select from tenancy.staff s where s.role = 'owner' and s.state = 'active' and s.staff_id <> p_staff_id)
  then
    perform trace.refuse('last_owner');
  elsif v_after is not distinct from v_before then
    return;
  end if;
  update tenancy.staff s
     set name = v_after.name, language = v_after.language, role = v_after.role, state = v_after.state, updated_at = v_now
   where s.staff_id = p_staff_id;
  if v_after.state = 'disabled' then
    delete from tenancy.staff_session s where s.staff_id = p_staff_id;
    delete from tenancy.staff_link l where l.staff_id = p_staff_id and l.used_at is null;
  end if;
  perform tenancy.note_staff(p_staff_id, 'changed', p_actor,
    (select jsonb_object_agg(k.name, to_jsonb(v_before) -> k.name) from jsonb_object_keys(p_changes) k(name)), p_changes);
end
$$;
comment on function tenancy.change_staff(text, uuid, jsonb) is
  'Platform. Changes a person of the staff; the last active owner stays. Who is disabled is out at once.';
grant execute on function tenancy.change_staff(text, uuid, jsonb) to whatsappb24_api;
