-- Applies evidence and takes the messages that it moved out of the lanes in which they still stand: what the other
-- side has is not sent again and blocks nothing. Returns the moves, for messaging.charge_moves().
-- Locks lane (of messages that wait or are unknown) -> message, each sorted by its key.
create or replace function messaging.climb_and_leave(p_evidence messaging.evidence[]) returns jsonb
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_moves jsonb;
begin
  if p_evidence is null then
    return '[]';
  end if;
  perform 1
    from messaging.lane l
    join (select distinct m.portal_id, m.conversation_id, m.direction
            from unnest(p_evidence) e
            join messaging.message m on m.portal_id = e.portal_id and m.message_id = e.message_id
           where m.state in ('queued', 'sending', 'unknown')) k
      on k.portal_id = l.portal_id and k.conversation_id = l.conversation_id and k.direction = l.direction
   order by l.portal_id, l.conversation_id, l.direction
     for update of l;
  select coalesce(jsonb_agg(to_jsonb(c)), '[]') into v_moves from messaging.climb(p_evidence, true) c;
  perform messaging.leave_lane(m.direction, array_agg(m.portal_id), array_agg(m.conversation_id), array_agg(m.message_id))
    from jsonb_to_recordset(v_moves) x(portal_id uuid, message_id uuid, from_state text)
    join messaging.message m on m.portal_id = x.portal_id and m.message_id = x.message_id
   where x.from_state in ('queued', 'sending', 'unknown')
   group by m.direction;
  return v_moves;
end
$$;
comment on function messaging.climb_and_leave(messaging.evidence[]) is
  'Internal, batch. Applies evidence to messages and frees the lanes that healed ones blocked; returns the moves.';
