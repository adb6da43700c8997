-- Lanes that waited 60 s for evidence about an unknown head move on without it (it stays unknown and is shown), and
-- lanes that were paused while their channel resumed are found again. Only an unknown head is left behind: one that
-- a late word made sendable again keeps its place. For the worker's round. One runner at a time.
-- Returns how many moved on. Locks the lanes in the order of their key.
create or replace function messaging.unblock_lanes(p_limit int default 500) returns int
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
  v_portals uuid[];
  v_conversations uuid[];
  v_directions text[];
begin
  perform pg_advisory_xact_lock(hashtextextended('messaging.unblock_lanes', 0));
  -- A lane that was unblocked while we waited for its lock no longer answers the condition, and is passed over.
  select array_agg(b.portal_id), array_agg(b.conversation_id), array_agg(b.direction)
    into v_portals, v_conversations, v_directions
    from (
      select l.portal_id, l.conversation_id, l.direction
        from messaging.lane l
       where l.blocked_until <= v_now
         and (l.portal_id, l.conversation_id, l.direction) in (
           select x.portal_id, x.conversation_id, x.direction from messaging.lane x
            where x.blocked_until <= v_now order by x.blocked_until limit p_limit)
       order by l.portal_id, l.conversation_id, l.direction
         for update of l) b;

  perform messaging.leave_lane(h.direction, array_agg(h.portal_id), array_agg(h.conversation_id), array_agg(h.message_id))
    from (
      select u.portal_id, u.conversation_id, u.direction, q.message_id
        from unnest(v_portals, v_conversations, v_directions) u(portal_id, conversation_id, direction)
       cross join lateral (
         select x.message_id from messaging.queue x
          where x.portal_id = u.portal_id and x.conversation_id = u.conversation_id and x.direction = u.direction
          order by x.seq limit 1) q
        join messaging.message m on m.portal_id = u.portal_id and m.message_id = q.message_id and m.state = 'unknown') h
   group by h.direction;

  update messaging.lane l
     set blocked_until = null,
         next_at = case when l.paused is null and l.last_seq > l.done_seq then v_now else 'infinity' end
    from unnest(v_portals, v_conversations, v_directions) u(portal_id, conversation_id, direction)
   where l.portal_id = u.portal_id and l.conversation_id = u.conversation_id and l.direction = u.direction
     and l.blocked_until is not null;

  perform messaging.resume_lanes(p.portal_id, p.channel_id)
    from (
      select distinct l.portal_id, l.channel_id
        from messaging.lane l
        join tenancy.channel c on c.portal_id = l.portal_id and c.channel_id = l.channel_id
        join tenancy.channel_state s on s.state = c.state
        join tenancy.portal o on o.portal_id = l.portal_id
       where l.paused is not null and messaging.may_leave(l.direction, s, o.state)
       order by 1, 2) p;
  return coalesce(cardinality(v_portals), 0);
end
$$;
comment on function messaging.unblock_lanes(int) is
  'Platform. Lets lanes go on after 60 s of waiting for an unknown head and resumes lanes whose pause is over; returns how many moved on.';
grant execute on function messaging.unblock_lanes(int) to whatsappb24_worker;
