-- The keys that third parties have to a portal, those that work first, the newest first: name, how the secret begins,
-- scopes, until when, last used, and whether it is active, expired or revoked. Needs api.keys. Raises WB403 permission.
-- Locks nothing.
create or replace function tenancy.keys(p_portal_id uuid, p_user_id text)
returns table (
  key_id uuid, name text, hint text, scopes text[], state text, created_by text, created_at timestamptz,
  expires_at timestamptz, used_at timestamptz, revoked_by text, revoked_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'api.keys');
  return query
    select k.key_id, k.name, k.hint, k.scopes, s.state, k.created_by, k.created_at, k.expires_at, k.used_at, k.revoked_by, k.revoked_at
      from tenancy.api_key k
     cross join lateral (
       select case when k.revoked_at is not null then 'revoked' when k.expires_at <= v_now then 'expired' else 'active' end as state) s
     where k.portal_id = p_portal_id
     order by s.state <> 'active', k.created_at desc, k.key_id
     limit 200;
end
$$;
comment on function tenancy.keys(uuid, text) is 'Tenant. The keys of third parties to a portal: scopes, expiry, last use.';
grant execute on function tenancy.keys(uuid, text) to whatsappb24_api;
