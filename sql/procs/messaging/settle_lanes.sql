-- Lets the lanes of settled attempts go on: a message that no longer waits leaves its lane; retry waits its back-off;
-- fix pauses the lane of a channel that may not send until it is repaired, else it is a retry that is never given up;
-- unknown blocks the lane for 60 s; a message that is to be sent after its lane had moved on joins its end. What an
-- attempt does to its lane it does only while it holds it (token and head); a superseded one touches nothing.
-- The caller holds the lanes. Locks nothing else.
create or replace function messaging.settle_lanes(p_rows messaging.settling[]) returns void
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
  v_direction text;
begin
  foreach v_direction in array array['in', 'out']
  loop
    perform messaging.leave_lane(v_direction, array_agg(r.portal_id), array_agg(r.conversation_id), array_agg(r.message_id))
      from unnest(p_rows) r
      join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id
     where r.direction = v_direction and r.recorded is not null and m.state not in ('queued', 'sending', 'unknown')
    having count(*) > 0;

    perform messaging.enqueue(v_direction, array_agg(r.portal_id), array_agg(r.conversation_id), array_agg(r.channel_id), array_agg(r.message_id))
      from unnest(p_rows) r
      join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id and m.state = 'queued'
     where r.direction = v_direction and r.recorded in ('retry', 'fix')
       and not exists (
         select from messaging.queue q
          where q.portal_id = r.portal_id and q.conversation_id = r.conversation_id and q.direction = r.direction
            and q.message_id = r.message_id)
    having count(*) > 0;
  end loop;

  update messaging.lane l
     set retries = l.retries + 1, blocked_until = null, paused = r.paused,
         next_at = case
           when r.paused is not null then 'infinity'
           when r.retry_after_s is not null then v_now + r.retry_after_s * interval '1 second'
           else v_now + least(interval '10 minutes', interval '1 second' * power(2, least(l.retries + 1, 10))) * (0.5 + random() / 2) end
    from (
      select x.*, h.message_id as head_id,
             case when x.recorded = 'fix' and not messaging.may_leave(x.direction, s, o.state)
                  then case when messaging.may_leave(x.direction, s, 'installed') then o.state else c.state end end as paused
        from unnest(p_rows) x
        join tenancy.channel c on c.portal_id = x.portal_id and c.channel_id = x.channel_id
        join tenancy.channel_state s on s.state = c.state
        join tenancy.portal o on o.portal_id = x.portal_id
       cross join lateral (
         select q.message_id from messaging.queue q
          where q.portal_id = x.portal_id and q.conversation_id = x.conversation_id and q.direction = x.direction
          order by q.seq limit 1) h
       where x.recorded in ('retry', 'fix') and not x.is_superseded) r
    join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id and m.state = 'queued'
   where r.head_id = r.message_id
     and l.portal_id = r.portal_id and l.conversation_id = r.conversation_id and l.direction = r.direction and l.token = r.token;

  update messaging.lane l
     set next_at = 'infinity', blocked_until = v_now + interval '60 seconds'
    from unnest(p_rows) r
    join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id and m.state = 'unknown'
    join messaging.queue q
      on q.portal_id = r.portal_id and q.conversation_id = r.conversation_id and q.direction = r.direction and q.message_id = r.message_id
   where r.recorded = 'unknown'
     and l.portal_id = r.portal_id and l.conversation_id = r.conversation_id and l.direction = r.direction and l.token = r.token;
end
$$;
comment on function messaging.settle_lanes(messaging.settling[]) is
  'Internal, batch. Moves the lanes of settled attempts: on, back-off, pause, block.';
