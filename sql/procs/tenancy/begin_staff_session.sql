-- Begins a session of 12 hours for a person of the staff and clears away those that are over. p_by: link or oidc.
-- Returns its end. Locks the sessions that are over.
create or replace function tenancy.begin_staff_session(p_staff_id uuid, p_session_digest bytea, p_by text) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if length(p_session_digest) is distinct from 32 then
    perform trace.refuse('malformed_call', '{"argument": "p_session_digest"}');
  end if;
  perform 1 from tenancy.staff_session s where s.ends_at < v_now order by s.session_digest for update;
  delete from tenancy.staff_session s where s.ends_at < v_now;
  insert into tenancy.staff_session (session_digest, staff_id, begun_by, begun_at, seen_at, ends_at)
  values (p_session_digest, p_staff_id, p_by, v_now, v_now, v_now + interval '12 hours');
  perform tenancy.note_staff(p_staff_id, 'entered', p_staff_id::text, '{}', jsonb_build_object('by', p_by));
  return v_now + interval '12 hours';
end
$$;
comment on function tenancy.begin_staff_session(uuid, bytea, text) is 'Internal. Begins a session of 12 hours; returns its end.';
