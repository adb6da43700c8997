-- Writes a batch of log entries.
-- For the service's writer, on its own connection as whatsappb24_trace (asynchronous commit), never inside
-- another transaction. An entry that would not fit is written with what does fit, at level ERROR, so that a
-- bad entry never costs its siblings. Entries: JSON array of {level, event, direction, party, method, status,
-- duration_ms, portal_id, channel_id, conversation_id, message_id, correlation_id, summary, request, response,
-- at}; at (ISO 8601) defaults to now and gives the id. Returns how many were written.
-- Raises WB400 malformed_call. Locks nothing. 100 entries a call: about 1 ms.
create or replace function trace.write(p_entries jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  if p_entries is null or jsonb_typeof(p_entries) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_entries'));
  end if;
  insert into trace.log (
    portal_id, log_id, level, event, direction, party, method, status, duration_ms,
    channel_id, conversation_id, message_id, correlation_id, summary, request, response)
  select
    case when pg_input_is_valid(e.entry ->> 'portal_id', 'uuid') then (e.entry ->> 'portal_id')::uuid
         else '00000000-0000-0000-0000-000000000000' end,
    case when e.entry ->> 'at' ~ '^\d{4}-\d\d-\d\dT' and pg_input_is_valid(e.entry ->> 'at', 'timestamptz')
         then tenancy.id_at((e.entry ->> 'at')::timestamptz) else tenancy.id_at(v_now) end,
    case when e.entry ->> 'level' in ('INFO', 'WARN', 'ERROR') then e.entry ->> 'level' else 'ERROR' end,
    coalesce(e.entry ->> 'event', 'entry_without_event'),
    case when e.entry ->> 'direction' in ('in', 'out') then e.entry ->> 'direction' end,
    left(e.entry ->> 'party', 100),
    left(e.entry ->> 'method', 200),
    case when pg_input_is_valid(e.entry ->> 'status', 'int') then (e.entry ->> 'status')::int end,
    case when pg_input_is_valid(e.entry ->> 'duration_ms', 'numeric(12,3)') then (e.entry ->> 'duration_ms')::numeric(12, 3) end,
    case when pg_input_is_valid(e.entry ->> 'channel_id', 'uuid') then (e.entry ->> 'channel_id')::uuid end,
    case when pg_input_is_valid(e.entry ->> 'conversation_id', 'uuid') then (e.entry ->> 'conversation_id')::uuid end,
    case when pg_input_is_valid(e.entry ->> 'message_id', 'uuid') then (e.entry ->> 'message_id')::uuid end,
    left(e.entry ->> 'correlation_id', 100),
    left(e.entry ->> 'summary', 2000),
    e.entry -> 'request',
    e.entry -> 'response'
  from jsonb_array_elements(p_entries) e(entry)
  where jsonb_typeof(e.entry) = 'object';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trace.write(jsonb) is
  'Batch. Writes log entries (JSON array) and returns how many; run as whatsappb24_trace outside any other transaction.';
grant execute on function trace.write(jsonb) to whatsappb24_trace;
