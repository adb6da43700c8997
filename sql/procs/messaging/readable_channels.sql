-- The channels whose messages a user may read (conversation.read.own or .all), of all or of the one named. A portal
-- that has no channel yet has none to read, which is no refusal. Raises WB404 unknown_channel, WB403 permission where
-- he may read none. Locks nothing.
create or replace function messaging.readable_channels(p_portal_id uuid, p_user_id text, p_channel_id uuid default null)
returns uuid[]
language plpgsql stable
set search_path = ''
as $$
declare
  v_channels uuid[] := array(
    select c.channel_id from tenancy.channel c
     where c.portal_id = p_portal_id and (p_channel_id is null or c.channel_id = p_channel_id)
       and (tenancy.allows(p_portal_id, p_user_id, 'conversation.read.own', c.channel_id)
            or tenancy.allows(p_portal_id, p_user_id, 'conversation.read.all', c.channel_id)));
begin
  if v_channels <> '{}' then
    return v_channels;
  end if;
  if p_channel_id is not null
    and not exists (select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id)
  then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  if p_channel_id is not null or not tenancy.allows(p_portal_id, p_user_id, 'conversation.read.own') then
    perform tenancy.demand(p_portal_id, p_user_id, 'conversation.read.all', p_channel_id);
  end if;
  return v_channels;
end
$$;
comment on function messaging.readable_channels(uuid, text, uuid) is
  'Internal. The channels whose messages this user may read; refuses where there is none.';
