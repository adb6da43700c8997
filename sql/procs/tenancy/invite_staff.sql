-- Keeps a one-time link for a person of the staff: p_digest is the sha-256 of its secret. It is good for 15 minutes and
-- once, and takes the place of an older one. p_actor: a staff id, or cli. Returns until when it is good. Raises WB404
-- unknown_staff, WB409 staff_disabled, WB400 malformed_call. Locks the person, then his unused links.
create or replace function tenancy.invite_staff(p_actor text, p_staff_id uuid, p_digest bytea) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_until timestamptz := v_now + interval '15 minutes';
  v_state text;
begin
  if length(p_digest) is distinct from 32 or coalesce(p_actor, '') = '' then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_digest"}');
  end if;
  select s.state into v_state from tenancy.staff s where s.staff_id = p_staff_id for update;
  if not found then
    perform trace.refuse('unknown_staff');
  elsif v_state = 'disabled' then
    perform trace.refuse('staff_disabled');
  end if;
  delete from tenancy.staff_link l where l.staff_id = p_staff_id and l.used_at is null;
  insert into tenancy.staff_link (link_digest, staff_id, created_by, created_at, expires_at)
  values (p_digest, p_staff_id, p_actor, v_now, v_until);
  perform tenancy.note_staff(p_staff_id, 'invited', p_actor, '{}', jsonb_build_object('expires_at', v_until));
  return v_until;
end
$$;
comment on function tenancy.invite_staff(text, uuid, bytea) is
  'Platform. Keeps a one-time link of 15 minutes for a person of the staff; returns its end.';
grant execute on function tenancy.invite_staff(text, uuid, bytea) to whatsappb24_api;
