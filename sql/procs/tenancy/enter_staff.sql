-- Who of the staff makes this request, and may he? The one question of the staff's door, once per request. p_digest:
-- sha-256 of the session's secret; p_permission: what the route needs (null: to be of the staff). Notes, to the minute,
-- that the session is used. Raises WB401 staff_session, WB403 staff_permission with the permission in its
-- detail.
-- Locks the session's row, once a minute.
create or replace function tenancy.enter_staff(p_digest bytea, p_permission text)
returns table (
  staff_id uuid, name text, email text, language text, role text, permissions text[], ends_at timestamptz)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_found record;
  v_staff tenancy.staff;
  v_permissions text[];
begin
  select s.staff, s.seen_at, s.ends_at into v_found from tenancy.staff_session_of(p_digest, v_now) s;
  if not found then
    perform trace.refuse('staff_session');
  end if;
  v_staff := v_found.staff;
  v_permissions := array(
    select p.permission from tenancy.staff_role_permission p where p.role = v_staff.role order by p.permission);
  if p_permission is not null and not p_permission = any (v_permissions) then
    perform trace.refuse('staff_permission', jsonb_build_object('staff_id', v_staff.staff_id, 'permission', p_permission));
  end if;
  if v_found.seen_at < v_now - interval '1 minute' then
    update tenancy.staff_session s set seen_at = v_now where s.session_digest = p_digest;
  end if;
  return query
    select v_staff.staff_id, v_staff.name, v_staff.email, v_staff.language, v_staff.role, v_permissions,
           least(v_found.ends_at, v_now + interval '1 hour');
end
$$;
comment on function tenancy.enter_staff(bytea, text) is
  'Platform. Who of the staff this session belongs to and what he may do; refuses where it is none or lacks the permission.';
grant execute on function tenancy.enter_staff(bytea, text) to whatsappb24_api;
