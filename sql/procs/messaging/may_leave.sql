-- May a message of this direction leave now? out: the channel sends and the portal is not suspended or gone;
-- in: the channel hands over and the portal is installed. messaging.claim() pauses what may not.
create or replace function messaging.may_leave(p_direction text, p_channel_state text, p_portal_state text) returns boolean
language sql stable
set search_path = ''
as $$
  select case p_direction
           when 'out' then s.sends and p_portal_state not in ('suspended', 'uninstalled')
           else s.receives and p_portal_state = 'installed' end
    from tenancy.channel_state s
   where s.state = p_channel_state
$$;
comment on function messaging.may_leave(text, text, text) is
  'Internal. Do the states of channel and portal let messages of this direction leave?';
