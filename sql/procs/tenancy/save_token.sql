-- Stores a user's token pair, sealed by the caller: {access, refresh (hex), expires_at}. A newer pair heals a
-- broken one, and a portal that waited for an administrator resumes. For verified frames and events.
-- Locks the token row, then the portal row where it is healed.
create or replace function tenancy.save_token(
  p_portal_id uuid, p_user_id text, p_token jsonb, p_is_admin boolean default false, p_is_system boolean default false)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
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
    leased_until = null,
    broken_at = null,
    broken_reason = null,
    updated_at = v_now;
  if p_is_admin or p_is_system then
    update tenancy.portal p
       set state = case when p.installed_at is null then 'installing' else 'installed' end,
           state_reason = null, repair_at = v_now, updated_at = v_now
     where p.portal_id = p_portal_id and p.state = 'needs_reauth';
  end if;
end
$$;
comment on function tenancy.save_token(uuid, text, jsonb, boolean, boolean) is
  'Tenant. Stores a sealed token pair of a user; an administrator''s heals a portal that needs_reauth.';
grant execute on function tenancy.save_token(uuid, text, jsonb, boolean, boolean) to whatsappb24_api;
