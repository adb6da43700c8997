-- Gives messages their number in their lanes and queues them, in the order of the arrays.
-- For receive, submit and resends, in their transaction. The number is given out under the lane's lock, so the
-- order of commits is the order of sending. An idle lane becomes due; one that is claimed, blocked or paused
-- is left as it stands, its own settle goes on. Locks the lanes in the order of their key.
create or replace function messaging.enqueue(
  p_direction text, p_portals uuid[], p_conversations uuid[], p_channels uuid[], p_messages uuid[])
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  with m as (
    select u.portal_id, u.conversation_id, u.channel_id, u.message_id,
           row_number() over (partition by u.portal_id, u.conversation_id order by u.i) as rn
      from unnest(p_portals, p_conversations, p_channels, p_messages) with ordinality
           u(portal_id, conversation_id, channel_id, message_id, i)),
  g as (
    select m.portal_id, m.conversation_id, min(m.channel_id::text)::uuid as channel_id, count(*) as n
      from m group by m.portal_id, m.conversation_id order by m.portal_id, m.conversation_id),
  l as (
    insert into messaging.lane as l (portal_id, conversation_id, direction, channel_id, last_seq, next_at)
    select g.portal_id, g.conversation_id, p_direction, g.channel_id, g.n, v_now
      from g order by g.portal_id, g.conversation_id
    on conflict (portal_id, conversation_id, direction) do update set
      last_seq = l.last_seq + excluded.last_seq,
      next_at = case when l.last_seq = l.done_seq and l.paused is null and l.blocked_until is null
                     then excluded.next_at else l.next_at end
    returning l.portal_id, l.conversation_id, l.last_seq)
  insert into messaging.queue (portal_id, conversation_id, direction, seq, message_id)
  select m.portal_id, m.conversation_id, p_direction, l.last_seq - g.n + m.rn, m.message_id
    from m
    join g on g.portal_id = m.portal_id and g.conversation_id = m.conversation_id
    join l on l.portal_id = m.portal_id and l.conversation_id = m.conversation_id;
end
$$;
comment on function messaging.enqueue(text, uuid[], uuid[], uuid[], uuid[]) is
  'Internal, batch. Numbers messages in their lanes and queues them; idle lanes become due.';
