-- The token to work with: the system user's if there is one, else an administrator's, the newest first; with
-- p_user_id only that user's own. Broken ones are passed over. Returns the sealed pair with its version, and where
-- to call.
-- Raises WB409 no_token when none is left, WB404 unknown_portal. Locks nothing.
create or replace function tenancy.current_token(p_portal_id uuid, p_user_id text default null)
returns table (
  user_id text, access_sealed bytea, refresh_sealed bytea, expires_at timestamptz, version bigint,
  is_due boolean, client_endpoint text, server_endpoint text, member_id text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_portal tenancy.portal;
begin
  select * into v_portal from tenancy.portal p where p.portal_id = p_portal_id;
  if not found then
    perform trace.refuse('unknown_portal');
  end if;
  return query
    select t.user_id, t.access_sealed, t.refresh_sealed, t.expires_at, t.version, t.expires_at <= v_now,
           v_portal.client_endpoint, v_portal.server_endpoint, v_portal.member_id
      from tenancy.portal_token t
     where t.portal_id = p_portal_id and t.broken_at is null and v_portal.state <> 'uninstalled'
       and (p_user_id is null and (t.is_admin or t.is_system) or t.user_id = p_user_id)
     order by t.is_system desc, t.updated_at desc
     limit 1;
  if not found then
    perform trace.refuse('no_token', jsonb_build_object('portal_id', p_portal_id));
  end if;
end
$$;
comment on function tenancy.current_token(uuid, text) is
  'Tenant. The sealed token to work with (system user, else administrator, or the named user''s) and where to call.';
grant execute on function tenancy.current_token(uuid, text) to whatsappb24_api, whatsappb24_worker;
