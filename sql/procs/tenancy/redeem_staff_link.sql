-- Uses a one-time link up and begins a session: p_digest is the sha-256 of the link's secret, p_session_digest that of the
-- session's. Returns the session's end. Of two who use it at once one comes in. Raises WB401 staff_link where it was
-- used, replaced or has expired, or its person is disabled. Locks the link.
create or replace function tenancy.redeem_staff_link(p_digest bytea, p_session_digest bytea) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_staff_id uuid;
begin
  update tenancy.staff_link l
     set used_at = v_now
    from tenancy.staff s
   where l.link_digest = p_digest and l.used_at is null and v_now < l.expires_at and s.staff_id = l.staff_id and s.state = 'active'
  returning l.staff_id into v_staff_id;
  if v_staff_id is null then
    perform trace.refuse('staff_link');
  end if;
  return tenancy.begin_staff_session(v_staff_id, p_session_digest, 'link');
end
$$;
comment on function tenancy.redeem_staff_link(bytea, bytea) is
  'Platform. Uses a one-time link up and begins a session of the staff; returns its end.';
grant execute on function tenancy.redeem_staff_link(bytea, bytea) to whatsappb24_api;
