-- Ends a session of the staff at once; one that is over already changes nothing. Locks the session.
create or replace function tenancy.end_staff_session(p_digest bytea) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_staff_id uuid;
begin
  delete from tenancy.staff_session s where s.session_digest = p_digest returning s.staff_id into v_staff_id;
  if found then
    perform tenancy.note_staff(v_staff_id, 'left', v_staff_id::text);
  end if;
end
$$;
comment on function tenancy.end_staff_session(bytea) is 'Platform. Ends a session of the staff at once.';
grant execute on function tenancy.end_staff_session(bytea) to whatsappb24_api;
