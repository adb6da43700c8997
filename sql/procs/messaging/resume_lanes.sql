-- Re-arms the paused lanes of a channel in the directions in which its state and its portal's let messages go.
-- For changes of channel and portal state and for the worker's round, which heals a lane that was paused while
-- the channel resumed. Returns how many lanes. Locks them in the order of their key.
create or replace function messaging.resume_lanes(p_portal_id uuid, p_channel_id uuid) returns int
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  perform 1 from messaging.lane l
   where l.portal_id = p_portal_id and l.channel_id = p_channel_id and l.paused is not null
   order by l.portal_id, l.conversation_id, l.direction
     for update;
  update messaging.lane l
     set paused = null, next_at = case when l.last_seq > l.done_seq and l.blocked_until is null then v_now else 'infinity' end
    from tenancy.channel c
    join tenancy.channel_state s on s.state = c.state
    join tenancy.portal p on p.portal_id = c.portal_id
   where l.portal_id = p_portal_id and l.channel_id = p_channel_id and l.paused is not null
     and c.portal_id = l.portal_id and c.channel_id = l.channel_id
     and messaging.may_leave(l.direction, s, p.state);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function messaging.resume_lanes(uuid, uuid) is
  'Tenant. Lets the paused lanes of a channel go on where its state allows; returns how many.';
grant execute on function messaging.resume_lanes(uuid, uuid) to whatsappb24_worker;
