-- Takes messages out of their lanes, whether they stand at the head or not, and lets each lane go on: due if more
-- waits, idle if not, in any case no longer blocked by them. Locks the lanes in the order of their key.
create or replace function messaging.leave_lane(p_direction text, p_portals uuid[], p_conversations uuid[], p_messages uuid[])
returns int
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
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
    select gone.portal_id, gone.conversation_id, count(*) as n, max(gone.seq) as seq
      from gone group by gone.portal_id, gone.conversation_id),
  moved as (
    update messaging.lane l
       set done_seq = least(l.last_seq, l.done_seq + g.n), blocked_until = null, retries = 0,
           next_at = case when l.paused is not null then 'infinity'::timestamptz
                          when l.last_seq > l.done_seq + g.n then v_now
                          else 'infinity' end
      from g
     where l.portal_id = g.portal_id and l.conversation_id = g.conversation_id and l.direction = p_direction
    returning 1)
  select count(*) into v_count from moved;
  return v_count;
end
$$;
comment on function messaging.leave_lane(text, uuid[], uuid[], uuid[]) is
  'Internal, batch. Takes messages out of their lanes and lets each lane go on.';
