-- The one button that puts things right: a channel that needs attention is connected again, any other that is on is
-- compared with the outside now, and so is its portal (connector, events, lines). Needs channel.configure.
-- Returns the channel's state. Raises WB404 unknown_channel, WB403 permission, WB409 channel_state where the channel is
-- off. Locks the portal row, the channel row, then its lanes.
create or replace function tenancy.repair_channel(p_portal_id uuid, p_channel_id uuid, p_actor text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'channel.configure', p_channel_id);
  perform tenancy.request_repair(p_portal_id);
  select c.state into v_state from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed' for no key update;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  elsif v_state in ('draft', 'disconnected') then
    perform trace.refuse('channel_state', jsonb_build_object('state', v_state, 'event', 'repair', 'next_action', 'connect'));
  elsif v_state = 'attention' then
    return tenancy.change_channel(p_portal_id, p_channel_id, 'connect', null, p_actor);
  end if;
  update tenancy.channel c set check_at = v_now where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
  return v_state;
end
$$;
comment on function tenancy.repair_channel(uuid, uuid, text) is
  'Tenant. Connects a channel in trouble again, and has channel and portal compared with what is desired; returns its state.';
grant execute on function tenancy.repair_channel(uuid, uuid, text) to whatsappb24_api;
