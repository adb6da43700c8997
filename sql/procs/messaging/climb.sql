-- Moves messages along the published ladder; the portal gets its tick or is told of the trouble. The one place where a
-- message's state changes after queueing. The caller hands the moves to messaging.charge_moves() as its last step.
-- p_evidence: events about messages, several of one message in the order of turn. p_record: keep each event as a
-- receipt, whether it moved the message or not. Returns the moves. An event the ladder does not list is evidence
-- and moves nothing. Locks message (and, of several parts, the first: so that of two parts that arrive at once one
-- sees the other and ticks), sorted by its key.
create or replace function messaging.climb(p_evidence messaging.evidence[], p_record boolean)
returns table (portal_id uuid, message_id uuid, from_state text, to_state text)
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
  v_turns int;
  v_moved jsonb;
  v_moves jsonb := '[]';
begin
  perform 1
    from messaging.message m
    join (select e.portal_id, e.message_id from unnest(p_evidence) e
           union
          select e.portal_id, x.origin_id
            from unnest(p_evidence) e
            join messaging.message x on x.portal_id = e.portal_id and x.message_id = e.message_id and x.parts > 1) k
      on k.portal_id = m.portal_id and k.message_id = m.message_id
   order by m.portal_id, m.message_id
     for update of m;
  select max(e.turn) into v_turns from unnest(p_evidence) e;
  for v_turn in 1 .. coalesce(v_turns, 0)
  loop
    with before as (
      select e.*, m.state, t.to_state
        from unnest(p_evidence) e
        join messaging.message m on m.portal_id = e.portal_id and m.message_id = e.message_id
        left join messaging.transition t
          on t.from_state = m.state and t.event = e.event
         -- A receipt cannot know the id of the attempt that is being made: a failure it brings is an earlier one's.
         and not (p_record and e.event = 'failed' and exists (
               select from messaging.attempt a
                where a.portal_id = m.portal_id and a.message_id = m.message_id and a.outcome is null))
       where e.turn = v_turn),
    moved as (
      update messaging.message m
         set state = b.to_state, state_at = v_now,
             reason = case when b.to_state in ('failed', 'unknown', 'queued', 'expired') then b.code end,
             detail = case when b.to_state in ('failed', 'unknown', 'queued', 'expired')
                           then jsonb_strip_nulls(jsonb_build_object('reason', b.reason, 'policy', b.policy)) end
        from before b
       where m.portal_id = b.portal_id and m.message_id = b.message_id and b.to_state is not null
      returning m.portal_id, m.message_id, b.state as from_state, b.to_state),
    recorded as (
      insert into messaging.receipt (
        portal_id, receipt_id, message_id, event, said_at, code, reason, from_state, to_state, detail, raw_id)
      select b.portal_id, tenancy.new_id(), b.message_id, b.event, coalesce(b.said_at, v_now), b.code, b.reason, b.state,
             b.to_state, b.detail, b.raw_id
        from before b
       where p_record)
    select coalesce(jsonb_agg(to_jsonb(moved)), '[]') into v_moved from moved;
    v_moves := v_moves || v_moved;
  end loop;

  perform messaging.tell_moves(v_moves);
  return query
    select x.portal_id, x.message_id, x.from_state, x.to_state
      from jsonb_to_recordset(v_moves) x(portal_id uuid, message_id uuid, from_state text, to_state text);
end
$$;
comment on function messaging.climb(messaging.evidence[], boolean) is
  'Internal, batch. Moves messages along the ladder, their notices with them; returns the moves.';
