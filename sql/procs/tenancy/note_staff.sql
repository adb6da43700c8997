-- Keeps what happened to a person of the staff: by whom, and the fields before and after. Locks nothing.
create or replace function tenancy.note_staff(
  p_staff_id uuid, p_event text, p_actor text, p_before jsonb default '{}', p_after jsonb default '{}')
returns void
language sql security definer
set search_path = ''
as $$
  insert into tenancy.staff_change (change_id, staff_id, event, actor, before, after, changed_at)
  values (tenancy.new_id(), p_staff_id, p_event, p_actor, p_before, p_after, tenancy.now())
$$;
comment on function tenancy.note_staff(uuid, text, text, jsonb, jsonb) is 'Internal. Keeps one thing that happened to a person of the staff.';
