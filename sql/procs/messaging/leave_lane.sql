-- Takes messages out of their lanes. Where the head leaves, the lane goes on: due if more waits, idle if not, no longer
-- blocked, its back-off forgotten. Where only messages behind the head leave, the head's claim, block or back-off
-- stands. A message that is in no lane changes nothing. Returns how many lanes. Locks them in the order of their key.
create or replace function messaging.leave_lane(p_direction text, p_portals uuid[], p_conversations uuid[], p_messages uuid[])
returns int
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
  perform 1
    from messaging.lane l
    join (select distinct u.portal_id, u.conversation_id from unnest(p_portals, p_conversations) u(portal_id, conversation_id)) k
      on k.portal_id = l.portal_id and k.conversation_id = l.conversation_id
   where l.direction = p_direction
   order by l.portal_id, l.conversation_id
     for update of l;
  with gone as (
    delete from messaging.queue q
     using unnest(p_portals, p_conversations, p_messages) u(portal_id, conversation_id, message_id)
     where q.portal_id = u.portal_id and q.conversation_id = u.conversation_id and q.direction = p_direction
       and q.message_id = u.message_id
    returning q.portal_id, q.conversation_id, q.seq),
  g as (
    select gone.portal_id, gone.conversation_id, count(*) as n, min(gone.seq) as seq
      from gone group by gone.portal_id, gone.conversation_id),
  h as (
    select g.portal_id, g.conversation_id, g.n,
           not exists (select from messaging.queue q
                        where q.portal_id = g.portal_id and q.conversation_id = g.conversation_id
                          and q.direction = p_direction and q.seq < g.seq) as is_head
      from g),
  moved as (
    update messaging.lane l
       set done_seq = l.done_seq + h.n,
           blocked_until = case when not h.is_head then l.blocked_until end,
           retries = case when h.is_head then 0 else l.retries end,
           next_at = case when not h.is_head then l.next_at
                          when l.paused is null and l.last_seq > l.done_seq + h.n then v_now
                          else 'infinity' end
      from h
     where l.portal_id = h.portal_id and l.conversation_id = h.conversation_id and l.direction = p_direction
    returning 1)
  select count(*) into v_count from moved;
  return v_count;
end
$$;
comment on function messaging.leave_lane(text, uuid[], uuid[], uuid[]) is
  'Internal, batch. Takes messages out of their lanes and lets each lane go on.';
