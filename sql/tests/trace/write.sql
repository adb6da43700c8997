-- requirement: R2.2-e, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tenancy.ensure_partitions() \g /dev/null
create function tests.writes(p_entry jsonb) returns trace.log language plpgsql as $$
declare v_log trace.log;
begin
  delete from trace.log;
  perform trace.write(jsonb_build_array(p_entry));
  select * into v_log from trace.log;
  return v_log;
end $$;

-- as the service does it
set local role whatsappb24_trace;
select trace.write('[
  {"level": "INFO", "event": "http_served", "direction": "in", "party": "gupshup", "method": "POST /webhooks/gupshup/…", "status": 200,
   "duration_ms": 3.25, "portal_id": "0199a000-0000-7000-8000-000000000001", "message_id": "0199a000-0000-7000-8000-000000000002",
   "correlation_id": "c-1", "summary": "1 message", "request": {"a": 1}, "response": {"b": 2}, "at": "2026-11-22T11:59:58.5Z"},
  {"level": "WARN", "event": "sql_refused", "summary": "WB403 window"}]') as written \gset
reset role;
select is(:written, 2, 'a batch is written, by a role that may do nothing else');
select results_eq(
  $$select level, event, direction, party, status, duration_ms, message_id, correlation_id, request, response, tenancy.id_time(log_id)
      from trace.log where portal_id = '0199a000-0000-7000-8000-000000000001'$$,
  $$values ('INFO', 'http_served', 'in', 'gupshup', 200, 3.250, '0199a000-0000-7000-8000-000000000002'::uuid, 'c-1', '{"a": 1}'::jsonb, '{"b": 2}'::jsonb,
            '2026-11-22 11:59:58.5+00'::timestamptz)$$, 'every field stands where it is looked for, at the instant it names');
select results_eq($$select tenancy.id_time(log_id), summary from trace.log where portal_id = '00000000-0000-0000-0000-000000000000'$$,
  $$values ('2026-11-22 12:00+00'::timestamptz, 'WB403 window')$$, 'an entry without an instant is of now; one without a portal is found under the zero id');

-- an entry that would not fit
select is(
  (select l.level || ' ' || l.summary || coalesce(l.status::text, '') || l.duration_ms || ' ' || l.event from tests.writes(
     '{"level": "DEBUG", "event": "odd", "direction": "up", "status": "OK", "duration_ms": -3, "portal_id": "p", "channel_id": 7, "at": "noon", "summary": "what happened"}') l),
  'ERROR what happened [unreadable: at, channel_id, direction, level, portal_id, status]0.000 odd',
  'is written with what does fit, as an error, and names what did not');
select is((select level || ' ' || event || ' ' || summary || ' ' || request from tests.writes('[1, 2]') l), 'ERROR entry_without_event [unreadable: entry] [1, 2]', 'even one that is no entry at all');
select is((select level || ' ' || event from tests.writes('{}') l), 'ERROR entry_without_event', 'or an empty one');
delete from trace.log;
select is(trace.write('[7, null, "x", {"level": "INFO", "event": "good"}, {"status": {"a": []}}]'), 5, 'a bad entry never costs its siblings');
select is((select string_agg(level, ' ') from trace.log where event = 'good'), 'INFO', 'nor changes them');
select is((select length(party) || ' ' || length(method) || ' ' || length(summary) || ' ' || length(event) from tests.writes(
  jsonb_build_object('level', 'INFO', 'event', repeat('e', 9999), 'party', repeat('p', 9999), 'method', repeat('m', 9999), 'summary', repeat('s', 9999))) l),
  '100 200 2000 200', 'what is too long is cut');
select is((select tenancy.id_time(l.log_id) from tests.writes('{"level": "INFO", "event": "e", "at": "2999-01-01T00:00:00Z"}') l), tenancy.now(),
  'an instant that cannot be true is replaced by now, so that no partition is missing');
select is((select count(*) from trace.log_default), 0::bigint, 'the default partition stays empty');
select is(tests.refusal('select trace.write(''{}'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select is(trace.write('[]'), 0, 'an empty one writes nothing');
select * from finish();
rollback;
