-- Reads the items of messaging.settle() and finds the attempt each reports on. recorded is what the outcome comes
-- to: accepted, failed, unknown, retry, exhausted (a retry too many), fix (failed with policy fix: the message is
-- kept), or null where there is no such attempt or it was settled before.
create or replace function messaging.read_settling(p_items jsonb) returns setof messaging.settling
language plpgsql stable
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    select i.n::int, a.portal_id, a.channel_id, a.conversation_id, a.message_id, a.direction, a.number, a.token,
           case
             when a.message_id is null or a.outcome in ('accepted', 'retry', 'failed') then null
             when i.outcome = 'failed' and i.policy = 'fix' then 'fix'
             when i.outcome = 'retry' and (a.number >= 12 or tenancy.id_time(a.message_id) < v_now - interval '24 hours') then 'exhausted'
             when i.outcome in ('accepted', 'retry', 'failed', 'unknown') then i.outcome
             else 'unknown'
           end,
           coalesce(i.keys, '{}'), i.chat_id, i.session_id, left(i.code, 100), left(i.reason, 500), i.policy,
           case when pg_input_is_valid(i.retry_after_s, 'numeric') then least(greatest(i.retry_after_s::numeric, 0), 86400) end
      from (
        select e.n, e.x ->> 'portal_id' as portal_id, e.x ->> 'message_id' as message_id, e.x ->> 'number' as number,
               e.x ->> 'outcome' as outcome, case when jsonb_typeof(e.x -> 'keys') = 'object' then e.x -> 'keys' end as keys,
               e.x ->> 'chat_id' as chat_id, e.x ->> 'session_id' as session_id, e.x ->> 'code' as code,
               e.x ->> 'reason' as reason, e.x ->> 'policy' as policy, e.x ->> 'retry_after_s' as retry_after_s
          from jsonb_array_elements(p_items) with ordinality e(x, n)) i
      left join messaging.attempt a
        on pg_input_is_valid(i.portal_id, 'uuid') and a.portal_id = i.portal_id::uuid
       and pg_input_is_valid(i.message_id, 'uuid') and a.message_id = i.message_id::uuid
       and pg_input_is_valid(i.number, 'int') and a.number = i.number::int
     order by i.n;
end
$$;
comment on function messaging.read_settling(jsonb) is
  'Internal, batch. The items of settle() with the attempt each reports on and what its outcome comes to.';
