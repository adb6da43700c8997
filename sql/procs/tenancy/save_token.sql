-- Stores a user's token pair, sealed by the caller: {access, refresh (hex), expires_at}. A newer pair heals a
-- broken one and voids a refresh under way, and a portal that waited for an administrator resumes. For verified
-- frames and events.
-- Raises WB400 malformed_item, WB404 unknown_portal, WB409 portal_state where the application was uninstalled.
-- Locks the portal row, then the token row, then the lanes that resume.
create or replace function tenancy.save_token(
  p_portal_id uuid, p_user_id text, p_token jsonb, p_is_admin boolean default false, p_is_system boolean default false)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_field text;
  v_state text;
begin
  select f.name into v_field
    from (values
      ('user_id', p_user_id ~ '^[0-9]{1,18}$'),
      ('access', p_token ->> 'access' ~* '^([0-9a-f]{2})+$'),
      ('refresh', p_token ->> 'refresh' ~* '^([0-9a-f]{2})+$'),
      ('expires_at', pg_input_is_valid(p_token ->> 'expires_at', 'timestamptz'))) f(name, is_good)
   where f.is_good is not true limit 1;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  select p.state into v_state from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('unknown_portal');
  elsif v_state = 'uninstalled' then
    perform trace.refuse('portal_state', jsonb_build_object('state', v_state));
  end if;
  insert into tenancy.portal_token as t (
    portal_id, user_id, access_sealed, refresh_sealed, expires_at, is_admin, is_system, updated_at)
  values (
    p_portal_id, p_user_id, decode(p_token ->> 'access', 'hex'), decode(p_token ->> 'refresh', 'hex'),
    (p_token ->> 'expires_at')::timestamptz, p_is_admin, p_is_system, v_now)
  on conflict (portal_id, user_id) do update set
    access_sealed = excluded.access_sealed,
    refresh_sealed = excluded.refresh_sealed,
    expires_at = excluded.expires_at,
    is_admin = excluded.is_admin,
    is_system = excluded.is_system or t.is_system,
    version = t.version + 1,
    lease_token = t.lease_token + 1,
    leased_until = null,
    broken_at = null,
    broken_reason = null,
    updated_at = v_now;
  if p_is_admin or p_is_system then
    perform tenancy.resume_portal(p_portal_id);
  end if;
end
$$;
comment on function tenancy.save_token(uuid, text, jsonb, boolean, boolean) is
  'Tenant. Stores a sealed token pair of a user; an administrator''s heals a portal that needs_reauth.';
grant execute on function tenancy.save_token(uuid, text, jsonb, boolean, boolean) to whatsappb24_api;
