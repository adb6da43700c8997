-- Begins a session for the person of the staff whose identity an OpenID provider confirmed: p_subject at p_issuer. Who
-- comes that way for the first time is bound to it where the e-mail address, verified by the provider, is that of an
-- active person who is bound to none. Nobody becomes staff by himself. Returns the session's end. Raises WB403
-- not_staff, WB400 malformed_call. Locks the person.
create or replace function tenancy.enter_by_identity(
  p_issuer text, p_subject text, p_email text, p_is_verified boolean, p_session_digest bytea)
returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_staff tenancy.staff;
begin
  if coalesce(p_issuer, '') = '' or coalesce(length(p_subject), 0) not between 1 and 255 then
    perform trace.refuse('malformed_call', '{"argument": "p_issuer, p_subject"}');
  end if;
  select * into v_staff from tenancy.staff s
   where s.oidc_issuer = p_issuer and s.oidc_subject = p_subject for update;
  if not found and p_is_verified then
    select * into v_staff from tenancy.staff s
     where s.email = lower(btrim(p_email)) and s.oidc_subject is null and s.state = 'active' for update;
    if found then
      update tenancy.staff s
         set oidc_issuer = p_issuer, oidc_subject = p_subject, updated_at = tenancy.now()
       where s.staff_id = v_staff.staff_id;
      perform tenancy.note_staff(v_staff.staff_id, 'bound', v_staff.staff_id::text, '{}',
        jsonb_build_object('oidc_issuer', p_issuer, 'oidc_subject', p_subject));
    end if;
  end if;
  if v_staff.state is distinct from 'active' then
    perform trace.refuse('not_staff');
  end if;
  return tenancy.begin_staff_session(v_staff.staff_id, p_session_digest, 'oidc');
end
$$;
comment on function tenancy.enter_by_identity(text, text, text, boolean, bytea) is
  'Platform. Begins a session for the person of the staff with this OpenID identity, bound at first by a verified e-mail address; returns its end.';
grant execute on function tenancy.enter_by_identity(text, text, text, boolean, bytea) to whatsappb24_api;
