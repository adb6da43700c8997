-- Changes a channel's settings: p_settings {name, tick_at, key_sealed (hex)}, what is absent stays. A new name is also
-- shown by the portal, and a new key is to be tried: its check is due; a channel in trouble is connected again with its new
-- key. Needs channel.configure. What was changed is in the channel's history. Returns the channel's state.
-- Raises WB404 unknown_channel, WB403 permission, WB400 malformed_item. Locks the channel row; for a new key of a channel
-- in trouble what tenancy.change_channel locks.
create or replace function tenancy.configure_channel(p_portal_id uuid, p_channel_id uuid, p_actor text, p_settings jsonb) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_before tenancy.channel;
  v_name text := btrim(p_settings ->> 'name');
  v_tick_at text := p_settings ->> 'tick_at';
  v_key text := p_settings ->> 'key_sealed';
  v_changes text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'channel.configure', p_channel_id);
  if v_name is not null and length(v_name) not between 1 and 100 then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'name'));
  elsif v_tick_at is not null and v_tick_at not in ('submitted', 'sent', 'delivered') then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'tick_at'));
  elsif v_key !~* '^([0-9a-f]{2})+$' then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'app_key'));
  end if;
  if v_key is not null then
    perform 1 from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  end if;
  select * into v_before from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed' for no key update;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  v_changes := concat_ws(', ',
    case when v_name <> v_before.name then 'name: ' || v_before.name || ' → ' || v_name end,
    case when v_tick_at <> v_before.tick_at then 'tick_at: ' || v_before.tick_at || ' → ' || v_tick_at end,
    case when v_key is not null then 'app_key' end);
  if v_changes <> '' then
    update tenancy.channel c
       set name = coalesce(v_name, c.name), tick_at = coalesce(v_tick_at, c.tick_at),
           key_sealed = coalesce(decode(v_key, 'hex'), c.key_sealed),
           check_at = case
             when (v_name <> v_before.name or v_key is not null) and c.check_at < 'infinity' then v_now else c.check_at end
     where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
    insert into tenancy.channel_history (portal_id, channel_id, changed_at, change_id, event, from_state, to_state, reason, actor)
    values (p_portal_id, p_channel_id, v_now, tenancy.new_id(), 'configure', v_before.state, v_before.state, v_changes, p_actor);
  end if;
  if v_key is not null and v_before.state = 'attention' then
    return tenancy.change_channel(p_portal_id, p_channel_id, 'connect', null, p_actor);
  end if;
  return v_before.state;
end
$$;
comment on function tenancy.configure_channel(uuid, uuid, text, jsonb) is
  'Tenant. Changes a channel''s name, the rung of its ticks, its app''s key; returns its state.';
grant execute on function tenancy.configure_channel(uuid, uuid, text, jsonb) to whatsappb24_api;
