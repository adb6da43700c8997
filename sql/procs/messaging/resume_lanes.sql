-- Re-arms the paused lanes of a channel in the directions in which its state and its portal's let messages go.
-- For changes of channel and portal state and for the worker's round, which heals a lane that was paused while
-- the channel resumed. Returns how many lanes. Locks them in the order of their key, and passes over those that somebody
-- holds, who may be waiting for the wallet that a renewal holds here: the round finds them.
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
  update messaging.lane l
     set paused = null, next_at = case when l.last_seq > l.done_seq and l.blocked_until is null then v_now else 'infinity' end
    from (
      select x.portal_id, x.conversation_id, x.direction
        from messaging.lane x
        join tenancy.channel c on c.portal_id = x.portal_id and c.channel_id = x.channel_id
        join tenancy.channel_state s on s.state = c.state
        join tenancy.portal p on p.portal_id = x.portal_id
       where x.portal_id = p_portal_id and x.channel_id = p_channel_id and x.paused is not null
         and messaging.may_leave(x.direction, s, p.state)
       order by x.portal_id, x.conversation_id, x.direction
         for update of x skip locked) f
   where l.portal_id = f.portal_id and l.conversation_id = f.conversation_id and l.direction = f.direction;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function messaging.resume_lanes(uuid, uuid) is
  'Tenant. Lets the paused lanes of a channel go on where its state allows; returns how many.';
grant execute on function messaging.resume_lanes(uuid, uuid) to whatsappb24_worker;
