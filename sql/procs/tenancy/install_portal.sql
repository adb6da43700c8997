-- Takes what a verified installer frame (or ONAPPINSTALL) told us about a portal, and asks for its set-up.
-- For the API, after Bitrix24's authorisation server confirmed the token: nobody can plant a portal. Idempotent:
-- installing again refreshes address, tokens and application token and brings an uninstalled portal back.
-- p_facts: {member_id, domain, client_endpoint, server_endpoint, application_token_digest (hex, optional), scope,
-- language, time_zone, connector, user: {user_id, name, is_admin}, token: {access, refresh (hex, sealed),
-- expires_at}}. Returns the portal's id. Locks the portal row. Raises WB400 malformed_item.
create or replace function tenancy.install_portal(p_facts jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
begin
  if p_facts ->> 'member_id' is null or p_facts ->> 'client_endpoint' is null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'member_id, client_endpoint'));
  end if;
  insert into tenancy.portal as p (
    portal_id, member_id, domain, client_endpoint, server_endpoint, application_token_digest, scope, language,
    time_zone, connector, repair_at, created_at, updated_at)
  values (
    v_id, p_facts ->> 'member_id', p_facts ->> 'domain', p_facts ->> 'client_endpoint', p_facts ->> 'server_endpoint',
    decode(p_facts ->> 'application_token_digest', 'hex'), coalesce(p_facts ->> 'scope', ''),
    coalesce(p_facts ->> 'language', 'es'), coalesce(p_facts ->> 'time_zone', 'UTC'), p_facts ->> 'connector',
    v_now, v_now, v_now)
  on conflict (member_id) do update set
    domain = excluded.domain,
    client_endpoint = excluded.client_endpoint,
    server_endpoint = excluded.server_endpoint,
    application_token_digest = coalesce(excluded.application_token_digest, p.application_token_digest),
    scope = excluded.scope,
    state = case p.state when 'installed' then 'installed' when 'suspended' then 'suspended' else 'installing' end,
    state_reason = null,
    uninstalled_at = null,
    erase_at = null,
    repair_at = v_now,
    repair_failures = 0,
    updated_at = v_now
  returning p.portal_id into v_id;
  perform tenancy.note_users(v_id, jsonb_build_array(p_facts -> 'user'));
  if p_facts -> 'token' is not null then
    perform tenancy.save_token(v_id, p_facts -> 'user' ->> 'user_id', p_facts -> 'token',
      coalesce((p_facts -> 'user' ->> 'is_admin')::boolean, false), coalesce((p_facts ->> 'is_system')::boolean, false));
  end if;
  return v_id;
end
$$;
comment on function tenancy.install_portal(jsonb) is
  'Directory. Stores a verified installation (address, application token digest, sealed tokens) and makes its set-up due; returns the portal id.';
grant execute on function tenancy.install_portal(jsonb) to whatsappb24_api;
