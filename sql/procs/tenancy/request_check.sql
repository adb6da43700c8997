-- Makes the comparison of a channel with the outside due now: the connection test that a person asks for.
-- Needs channel.view. Returns the channel's state. Raises WB404 unknown_channel, WB403 permission.
create or replace function tenancy.request_check(p_portal_id uuid, p_channel_id uuid, p_actor text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'channel.view', p_channel_id);
  update tenancy.channel c set check_at = v_now
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed'
  returning c.state into v_state;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  return v_state;
end
$$;
comment on function tenancy.request_check(uuid, uuid, text) is
  'Tenant. Makes the connection test of a channel due now; returns its state.';
grant execute on function tenancy.request_check(uuid, uuid, text) to whatsappb24_api;
