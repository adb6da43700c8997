-- Lanes that waited 60 s for evidence about an unknown head move on without it (it stays unknown and is shown), and
-- lanes that were paused while their channel resumed are found again. For the worker's round. One runner at a time.
-- Returns how many moved on. Locks the lanes.
create or replace function messaging.unblock_lanes(p_limit int default 500) returns int
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int := 0;
  v_blocked record;
begin
  perform pg_advisory_xact_lock(hashtextextended('messaging.unblock_lanes', 0));
  for v_blocked in
    select b.direction, array_agg(b.portal_id) as portals, array_agg(b.conversation_id) as conversations,
           array_agg(q.message_id) as messages
      from (select l.* from messaging.lane l where l.blocked_until <= v_now order by l.blocked_until limit p_limit) b
     cross join lateral (
       select h.message_id from messaging.queue h
        where h.portal_id = b.portal_id and h.conversation_id = b.conversation_id and h.direction = b.direction
        order by h.seq limit 1) q
     group by b.direction
  loop
    v_count := v_count + messaging.leave_lane(v_blocked.direction, v_blocked.portals, v_blocked.conversations, v_blocked.messages);
  end loop;
  perform messaging.resume_lanes(p.portal_id, p.channel_id)
    from (
      select distinct l.portal_id, l.channel_id
        from messaging.lane l
        join tenancy.channel c on c.portal_id = l.portal_id and c.channel_id = l.channel_id
        join tenancy.portal o on o.portal_id = l.portal_id
       where l.paused is not null and messaging.may_leave(l.direction, c.state, o.state)
       order by 1, 2) p;
  return v_count;
end
$$;
comment on function messaging.unblock_lanes(int) is
  'Platform. Lets lanes go on after 60 s of waiting for an unknown head and resumes lanes whose pause is over; returns how many moved on.';
grant execute on function messaging.unblock_lanes(int) to whatsappb24_worker;
