-- Removes a channel that is off, with a choice about its history: keep, or erase (needs data.erase on the portal as well:
-- words, files, payloads, raw bytes and the names of customers whom only this channel knew go, in the background; rows,
-- states and charges stay; see tenancy.erase_due). There is no way back. Returns the new state.
-- Raises WB404 unknown_channel, WB409 channel_state, WB403 permission, WB400 malformed_item. Locks the channel row.
create or replace function tenancy.remove_channel(p_portal_id uuid, p_channel_id uuid, p_actor text, p_history text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  if p_history is null or p_history not in ('keep', 'erase') then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'history'));
  end if;
  perform tenancy.demand(p_portal_id, p_actor, 'channel.disable', p_channel_id);
  if p_history = 'erase' then
    perform tenancy.demand(p_portal_id, p_actor, 'data.erase');
  end if;
  v_state := tenancy.change_channel(p_portal_id, p_channel_id, 'remove', 'history_' || p_history, p_actor);
  if p_history = 'erase' then
    insert into tenancy.erasure (portal_id, channel_id, asked_by, asked_at)
    values (p_portal_id, p_channel_id, p_actor, v_now);
  end if;
  return v_state;
end
$$;
comment on function tenancy.remove_channel(uuid, uuid, text, text) is
  'Tenant. Removes a channel that is off; its history is kept or (data.erase) erased in the background.';
grant execute on function tenancy.remove_channel(uuid, uuid, text, text) to whatsappb24_api;
