-- Applies evidence and takes messages that it healed out of the lanes they block. Returns the ids that moved.
-- The caller holds the lanes of unknown messages. Locks message -> charge.
create or replace function messaging.climb_and_leave(p_evidence messaging.evidence[]) returns uuid[]
language plpgsql security definer
set search_path = ''
as $$
declare
  v_moves jsonb;
begin
  if p_evidence is null then
    return '{}';
  end if;
  select coalesce(jsonb_agg(to_jsonb(c)), '[]') into v_moves from messaging.climb(p_evidence, true) c;
  perform messaging.leave_lane(m.direction, array_agg(m.portal_id), array_agg(m.conversation_id), array_agg(m.message_id))
    from jsonb_to_recordset(v_moves) x(portal_id uuid, message_id uuid, from_state text)
    join messaging.message m on m.portal_id = x.portal_id and m.message_id = x.message_id
   where x.from_state = 'unknown'
   group by m.direction;
  return array(select distinct x.message_id from jsonb_to_recordset(v_moves) x(message_id uuid));
end
$$;
comment on function messaging.climb_and_leave(messaging.evidence[]) is
  'Internal, batch. Applies evidence to messages and frees the lanes that healed ones blocked; returns the ids that moved.';
