-- Which portal speaks? Compares the digest of the event's application token with the stored one.
-- For the event door. Returns the portal's id and state. Raises WB404 unknown_portal, WB403 application_token
-- (also while no token is stored: only a verified frame or installation stores one). Locks nothing.
create or replace function tenancy.authenticate_event(p_member_id text, p_token_digest bytea)
returns table (portal_id uuid, state text, connector text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_portal tenancy.portal;
begin
  select * into v_portal from tenancy.portal p where p.member_id = p_member_id;
  if not found then
    perform trace.refuse('unknown_portal', jsonb_build_object('member_id', left(p_member_id, 64)));
  end if;
  if (v_portal.application_token_digest = p_token_digest) is not true then
    perform trace.refuse('application_token', jsonb_build_object('portal_id', v_portal.portal_id));
  end if;
  return query select v_portal.portal_id, v_portal.state, v_portal.connector;
end
$$;
comment on function tenancy.authenticate_event(text, bytea) is
  'Directory. The portal whose stored application token digest (sha-256) is this one.';
grant execute on function tenancy.authenticate_event(text, bytea) to whatsappb24_api;
