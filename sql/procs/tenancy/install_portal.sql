-- Takes what a verified installer frame (or ONAPPINSTALL) told us about a portal, and asks for its set-up.
-- For the API, after Bitrix24's authorisation server confirmed the token: nobody can plant a portal. Idempotent:
-- installing again refreshes address, tokens and application token and brings an uninstalled portal back.
-- p_facts: {member_id, domain, client_endpoint, server_endpoint, application_token_digest (hex, optional), scope,
-- language, time_zone, connector, user: {user_id, name, is_admin}, token: {access, refresh (hex, sealed),
-- expires_at}, is_system}; user and token may be absent, an unknown time zone counts as UTC. A portal that is set up
-- keeps running, one that we suspended stays so; one that comes back is not set up yet. Only an administrator brings a
-- portal that we do not have, and he hears of its channels in trouble (notify); a new portal gets a customer of its own,
-- as far as it is known; a closed customer is open again. Returns the portal's id. Raises WB400 malformed_item, WB404 unknown_portal.
-- Locks the portal row, then a closed customer, then the token row, then the lanes that resume.
create or replace function tenancy.install_portal(p_facts jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
  v_customer_id uuid := tenancy.new_id();
  v_field text;
begin
  select f.name into v_field
    from (values
      ('member_id', p_facts ->> 'member_id' ~ '^[0-9A-Za-z]{4,64}$'),
      ('domain', p_facts ->> 'domain' <> ''),
      ('client_endpoint', p_facts ->> 'client_endpoint' ~ '^https?://[^/]+/'),
      ('server_endpoint', p_facts ->> 'server_endpoint' ~ '^https?://'),
      ('connector', p_facts ->> 'connector' <> ''),
      ('language', coalesce(p_facts ->> 'language', 'es') in ('es', 'en', 'pt')),
      ('application_token_digest', coalesce(p_facts ->> 'application_token_digest', '') ~* '^([0-9a-f]{64})?$')) f(name, is_good)
   where f.is_good is not true limit 1;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  if p_facts -> 'user' ->> 'is_admin' = 'false' and not exists (
    select from tenancy.portal p where p.member_id = p_facts ->> 'member_id' and p.state <> 'uninstalled')
  then
    perform trace.refuse('unknown_portal');
  end if;
  insert into tenancy.portal as p (
    portal_id, member_id, domain, client_endpoint, server_endpoint, application_token_digest, scope, language,
    time_zone, connector, notify, repair_at, created_at, updated_at)
  values (
    v_id, p_facts ->> 'member_id', p_facts ->> 'domain', p_facts ->> 'client_endpoint', p_facts ->> 'server_endpoint',
    decode(nullif(p_facts ->> 'application_token_digest', ''), 'hex'), coalesce(p_facts ->> 'scope', ''),
    coalesce(p_facts ->> 'language', 'es'),
    coalesce((select z.name from pg_catalog.pg_timezone_names z where z.name = p_facts ->> 'time_zone'), 'UTC'),
    p_facts ->> 'connector',
    case when p_facts -> 'user' ->> 'is_admin' = 'true' and p_facts -> 'user' ->> 'user_id' ~ '^[0-9]{1,18}$'
         then array[p_facts -> 'user' ->> 'user_id'] else '{}' end,
    v_now, v_now, v_now)
  on conflict (member_id) do update set
    domain = excluded.domain,
    client_endpoint = excluded.client_endpoint,
    server_endpoint = excluded.server_endpoint,
    application_token_digest = coalesce(excluded.application_token_digest, p.application_token_digest),
    scope = excluded.scope,
    state = case p.state when 'installed' then 'installed' when 'suspended' then 'suspended' else 'installing' end,
    state_reason = case p.state when 'suspended' then p.state_reason end,
    uninstalled_at = null,
    erase_at = null,
    repair_at = v_now,
    repair_failures = 0,
    repaired_at = case p.state when 'uninstalled' then null else p.repaired_at end,
    updated_at = v_now
  returning p.portal_id into v_id;
  if exists (select from tenancy.portal p where p.portal_id = v_id and p.customer_id is null) then
    insert into tenancy.customer (customer_id, trade_name, contacts, language, created_at, updated_at)
    values (v_customer_id, left(p_facts ->> 'domain', 200),
            case when p_facts -> 'user' ->> 'name' <> '' then jsonb_build_array(jsonb_build_object('name', p_facts -> 'user' ->> 'name'))
                 else '[]' end, coalesce(p_facts ->> 'language', 'es'), v_now, v_now);
    update tenancy.portal p set customer_id = v_customer_id where p.portal_id = v_id;
  end if;
  perform tenancy.turn_customer('installation', u.customer_id, 'active')
     from tenancy.portal p
     join tenancy.customer u on u.customer_id = p.customer_id
    where p.portal_id = v_id and u.state = 'closed';
  perform tenancy.note_users(v_id, jsonb_build_array(p_facts -> 'user'));
  if jsonb_typeof(p_facts -> 'token') = 'object' then
    perform tenancy.save_token(v_id, p_facts -> 'user' ->> 'user_id', p_facts -> 'token',
      coalesce((p_facts -> 'user' ->> 'is_admin')::boolean, false), coalesce((p_facts ->> 'is_system')::boolean, false));
  end if;
  return v_id;
end
$$;
comment on function tenancy.install_portal(jsonb) is
  'Directory. Stores a verified installation (address, application token digest, sealed tokens) and makes its set-up due; returns the portal id.';
grant execute on function tenancy.install_portal(jsonb) to whatsappb24_api;
