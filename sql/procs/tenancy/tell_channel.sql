-- Notes who is to be told (a bell in Bitrix24) that a channel came to need attention, or is active again after they
-- were told so; told_state remembers which was said, so that only the crossing is told. Switching it off by hand ends
-- the matter without a word. The users are those of the portal's notify. For change_channel, which holds the channel row.
-- Locks the notice rows in the order of their key.
create or replace function tenancy.tell_channel(p_portal_id uuid, p_channel_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_channel tenancy.channel;
begin
  select * into v_channel from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
  if v_channel.state = 'attention' and v_channel.told_state is null
    or v_channel.state = 'active' and v_channel.told_state = 'attention'
  then
    insert into tenancy.channel_notice as n (portal_id, channel_id, user_id, state, reason, due_at, expires_at)
    select p_portal_id, p_channel_id, u.user_id, v_channel.state, v_channel.state_reason, v_now, v_now + interval '1 day'
      from tenancy.portal p
     cross join lateral unnest(p.notify) u(user_id)
     where p.portal_id = p_portal_id
     order by u.user_id
    on conflict (portal_id, channel_id, user_id) do update set
      state = excluded.state,
      reason = excluded.reason,
      due_at = excluded.due_at,
      expires_at = excluded.expires_at,
      token = n.token + 1,
      tries = 0;
  elsif v_channel.state in ('disconnected', 'removed', 'suspended', 'paused') then
    delete from tenancy.channel_notice n where n.portal_id = p_portal_id and n.channel_id = p_channel_id;
  end if;
  update tenancy.channel c
     set told_state = case v_channel.state
           when 'attention' then 'attention'
           when 'connecting' then c.told_state
           when 'suspended' then c.told_state
           when 'paused' then c.told_state end
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
end
$$;
comment on function tenancy.tell_channel(uuid, uuid) is
  'Internal. Notes who is to be told that a channel came to need attention, or is active again.';
