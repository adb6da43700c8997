-- Writes a batch of log entries.
-- For the service's writer, on its own connection as whatsappb24_trace (asynchronous commit), never inside
-- another transaction. An entry that would not fit is written with what does fit, at level ERROR, its summary naming
-- the fields that did not, so that a bad entry never costs its siblings. Entries: JSON array of {level, event,
-- direction, party, method, status, duration_ms, portal_id, channel_id, conversation_id, message_id, correlation_id,
-- summary, request, response, at}; at (ISO 8601, of the last 24 h) defaults to now and gives the id. Returns how many
-- were written: all. Raises WB400 malformed_call. Locks nothing. 100 entries a call: about 1 ms.
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
    tenancy.id_at(case when u.at between v_now - interval '24 hours' and v_now then u.at else v_now end),
    case when u.unfit is null then e.entry ->> 'level' else 'ERROR' end,
    left(coalesce(e.entry ->> 'event', 'entry_without_event'), 200),
    case when e.entry ->> 'direction' in ('in', 'out') then e.entry ->> 'direction' end,
    left(e.entry ->> 'party', 100),
    left(e.entry ->> 'method', 200),
    case when pg_input_is_valid(e.entry ->> 'status', 'int') then (e.entry ->> 'status')::int end,
    case when pg_input_is_valid(e.entry ->> 'duration_ms', 'numeric(12,3)')
         then greatest((e.entry ->> 'duration_ms')::numeric(12, 3), 0) end,
    case when pg_input_is_valid(e.entry ->> 'channel_id', 'uuid') then (e.entry ->> 'channel_id')::uuid end,
    case when pg_input_is_valid(e.entry ->> 'conversation_id', 'uuid') then (e.entry ->> 'conversation_id')::uuid end,
    case when pg_input_is_valid(e.entry ->> 'message_id', 'uuid') then (e.entry ->> 'message_id')::uuid end,
    left(e.entry ->> 'correlation_id', 100),
    nullif(left(concat_ws(' ', e.entry ->> 'summary', '[unreadable: ' || u.unfit || ']'), 2000), ''),
    case when jsonb_typeof(e.entry) = 'object' then e.entry -> 'request' else e.entry end,
    e.entry -> 'response'
  from jsonb_array_elements(p_entries) e(entry)
 cross join lateral (
    select case when e.entry ->> 'at' ~ '^\d{4}-\d\d-\d\dT' and pg_input_is_valid(e.entry ->> 'at', 'timestamptz')
                then (e.entry ->> 'at')::timestamptz end as at,
           case when jsonb_typeof(e.entry) <> 'object' then 'entry' else (
             select string_agg(f.name, ', ' order by f.name)
               from (values
                 ('level', coalesce(e.entry ->> 'level', '') in ('INFO', 'WARN', 'ERROR')),
                 ('event', e.entry ->> 'event' is not null),
                 ('direction', e.entry ->> 'direction' in ('in', 'out')),
                 ('status', pg_input_is_valid(e.entry ->> 'status', 'int')),
                 ('duration_ms', pg_input_is_valid(e.entry ->> 'duration_ms', 'numeric(12,3)')),
                 ('portal_id', pg_input_is_valid(e.entry ->> 'portal_id', 'uuid')),
                 ('channel_id', pg_input_is_valid(e.entry ->> 'channel_id', 'uuid')),
                 ('conversation_id', pg_input_is_valid(e.entry ->> 'conversation_id', 'uuid')),
                 ('message_id', pg_input_is_valid(e.entry ->> 'message_id', 'uuid')),
                 ('at', e.entry ->> 'at' ~ '^\d{4}-\d\d-\d\dT' and pg_input_is_valid(e.entry ->> 'at', 'timestamptz'))) f(name, fits)
              where not f.fits) end as unfit) u;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trace.write(jsonb) is
  'Batch. Writes log entries (JSON array) and returns how many; run as whatsappb24_trace outside any other transaction.';
grant execute on function trace.write(jsonb) to whatsappb24_trace;
