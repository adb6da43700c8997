-- May a message of this direction leave now? out: the channel sends and the portal is not suspended or gone;
-- in: the channel hands over and the portal is installed. messaging.claim() pauses what may not. Pins nothing, so that
-- PostgreSQL writes it into the statements that ask it of every lane.
create or replace function messaging.may_leave(p_direction text, p_state tenancy.channel_state, p_portal_state text) returns boolean
language sql immutable
as $$
  select case p_direction
           when 'out' then p_state.sends and p_portal_state not in ('suspended', 'uninstalled')
           else p_state.receives and p_portal_state = 'installed' end
$$;
comment on function messaging.may_leave(text, tenancy.channel_state, text) is
  'Internal. Do the states of channel and portal let messages of this direction leave?';
