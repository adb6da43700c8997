-- Reads the items of messaging.settle() and finds the attempt each reports on. recorded is what the outcome comes
-- to: accepted, failed, unknown, retry, exhausted (a retry too many), fix (failed with policy fix: the message is
-- kept), or null where there is no such attempt, its outcome is known, or an earlier item of the call reports on it.
-- is_superseded: the message was tried again since, so that only accepted says anything about it.
-- A message to WhatsApp is given up after 12 retries; one to the portal, which nobody can write again, only after 24 h
-- of them. Both count from the first retry, and waiting for a repair (fix) does not count.
create or replace function messaging.read_settling(p_items jsonb) returns setof messaging.settling
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with i as (
      select e.n, e.x,
             case when pg_input_is_valid(e.x ->> 'portal_id', 'uuid') then (e.x ->> 'portal_id')::uuid end as portal_id,
             case when pg_input_is_valid(e.x ->> 'message_id', 'uuid') then (e.x ->> 'message_id')::uuid end as message_id,
             case when pg_input_is_valid(e.x ->> 'number', 'int') then (e.x ->> 'number')::int end as number,
             case when e.x ->> 'outcome' in ('accepted', 'retry', 'failed') then e.x ->> 'outcome' else 'unknown' end as outcome
        from jsonb_array_elements(p_items) with ordinality e(x, n)),
    a as (
      select i.n, i.x, i.outcome as said, a.*, row_number() over (partition by a.portal_id, a.message_id, a.number order by i.n) as turn
        from i
        left join messaging.attempt a on a.portal_id = i.portal_id and a.message_id = i.message_id and a.number = i.number)
    select a.n::int, a.portal_id, a.channel_id, a.conversation_id, a.message_id, a.direction, a.number, a.token,
           exists (select from messaging.attempt b
                    where b.portal_id = a.portal_id and b.message_id = a.message_id and b.number > a.number),
           case
             when a.message_id is null or a.turn > 1 or a.outcome in ('accepted', 'retry', 'failed', a.said) then null
             when a.said = 'failed' and a.x ->> 'policy' = 'fix' then 'fix'
             when a.said = 'retry' and (
               select count(*) >= 11 and a.direction = 'out' or min(b.began_at) < v_now - interval '24 hours'
                 from messaging.attempt b
                where b.portal_id = a.portal_id and b.message_id = a.message_id and b.number < a.number
                  and b.outcome = 'retry' and b.detail ->> 'policy' is distinct from 'fix') then 'exhausted'
             else a.said
           end,
           case when jsonb_typeof(a.x -> 'keys') = 'object' then a.x -> 'keys' else '{}' end,
           a.x ->> 'chat_id', a.x ->> 'session_id', left(a.x ->> 'code', 100), left(a.x ->> 'reason', 500), a.x ->> 'policy',
           case when pg_input_is_valid(a.x ->> 'retry_after_s', 'numeric')
                then least(greatest((a.x ->> 'retry_after_s')::numeric, 0), 86400) end
      from a
     order by a.n;
end
$$;
comment on function messaging.read_settling(jsonb) is
  'Internal, batch. The items of settle() with the attempt each reports on and what its outcome comes to.';
