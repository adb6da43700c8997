-- Adds a WhatsApp number to an open line, begins its subscription and starts connecting it.
-- For the panel. p_facts: {name, connector, line_id, phone, app_id, app_name, key_sealed, secrets_sealed (hex),
-- route_digest (of a new secret), header_digest (hex of sha-256),
-- plan (its code; absent: the default one)}. The worker sets the subscription, activates the line, and the
-- channel becomes active. Returns its id.
-- Raises WB404 unknown_portal, WB409 portal_state where the application was uninstalled, WB403 permission, WB400
-- malformed_item, WB409 line_taken, WB404 unknown_plan, and what the wallet answers where the plan is paid at once. Locks the portal row, so that two channels never take one line.
create or replace function tenancy.add_channel(p_portal_id uuid, p_actor text, p_facts jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
  v_phone text := regexp_replace(coalesce(p_facts ->> 'phone', ''), '[^0-9]', '', 'g');
  v_field text;
  v_portal_state text;
begin
  select p.state into v_portal_state from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('unknown_portal');
  elsif v_portal_state = 'uninstalled' then
    perform trace.refuse('portal_state', jsonb_build_object('state', v_portal_state));
  end if;
  perform tenancy.demand(p_portal_id, p_actor, 'channel.connect');
  select f.name into v_field
    from (values
      ('connector', p_facts ->> 'connector' <> ''),
      ('line_id', p_facts ->> 'line_id' ~ '^[0-9]{1,18}$'),
      ('phone', v_phone ~ '^[0-9]{5,20}$'),
      ('app_id', p_facts ->> 'app_id' <> ''),
      ('app_name', p_facts ->> 'app_name' <> ''),
      ('key_sealed', p_facts ->> 'key_sealed' ~* '^([0-9a-f]{2})+$'),
      ('secrets_sealed', p_facts ->> 'secrets_sealed' ~* '^([0-9a-f]{2})+$'),
      ('route_digest', p_facts ->> 'route_digest' ~* '^[0-9a-f]{64}$'),
      ('header_digest', p_facts ->> 'header_digest' ~* '^[0-9a-f]{64}$')) f(name, is_good)
   where f.is_good is not true limit 1;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  insert into tenancy.channel (
    portal_id, channel_id, name, state_at, connector, line_id, phone, app_id, app_name, key_sealed, secrets_sealed,
    created_by, created_at)
  values (
    p_portal_id, v_id, coalesce(nullif(left(p_facts ->> 'name', 100), ''), '+' || v_phone), v_now,
    p_facts ->> 'connector', p_facts ->> 'line_id', v_phone, p_facts ->> 'app_id', p_facts ->> 'app_name',
    decode(p_facts ->> 'key_sealed', 'hex'), decode(p_facts ->> 'secrets_sealed', 'hex'), p_actor, v_now)
  on conflict do nothing;
  if not found then
    perform trace.refuse('line_taken', jsonb_build_object('line_id', p_facts ->> 'line_id', 'phone', v_phone));
  end if;
  insert into tenancy.channel_route (route_digest, header_digest, portal_id, channel_id, created_at)
  values (decode(p_facts ->> 'route_digest', 'hex'), decode(p_facts ->> 'header_digest', 'hex'), p_portal_id, v_id, v_now)
  on conflict (route_digest) do nothing;
  if not found then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'route_digest'));
  end if;
  perform billing.begin_subscription(p_portal_id, v_id, p_facts ->> 'plan', p_actor);
  perform tenancy.change_channel(p_portal_id, v_id, 'connect', null, p_actor);
  return v_id;
end
$$;
comment on function tenancy.add_channel(uuid, text, jsonb) is
  'Tenant. Adds a number to an open line (one each) and starts connecting it; returns the channel id.';
grant execute on function tenancy.add_channel(uuid, text, jsonb) to whatsappb24_api;
