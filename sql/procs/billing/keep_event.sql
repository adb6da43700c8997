-- Keeps a proven event of a provider, byte by byte, before it is answered. p_how: by what it was proven; p_headers: as they came,
-- without credentials. An event that is known is only counted: what it said first stands. Returns new or seen. For the
-- webhooks' doors. Raises WB400 malformed_call. Locks the event's row.
create or replace function billing.keep_event(
  p_provider text, p_event_id text, p_type text, p_livemode boolean, p_raw bytea, p_headers jsonb, p_how text,
  p_version text default null, p_created_at timestamptz default null) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_kept text;
begin
  if not exists (select from billing.provider p where p.provider = p_provider) or coalesce(length(p_event_id), 0) not between 1 and 255
     or coalesce(p_type, '') = '' or p_livemode is null or p_raw is null or coalesce(p_how, '') = '' then
    perform trace.refuse('malformed_call', '{"argument": "p_provider, p_event_id, p_type, p_livemode, p_raw, p_how"}');
  end if;
  insert into billing.provider_event (
    provider, event_id, type, version, livemode, raw, raw_digest, headers, proven_by, created_at, received_at, due_at)
  values (p_provider, p_event_id, left(p_type, 200), left(p_version, 100), p_livemode, p_raw, sha256(p_raw), coalesce(p_headers, '{}'), p_how,
          p_created_at, v_now, v_now)
  on conflict (provider, event_id) do nothing
  returning state into v_kept;
  if v_kept is null then
    update billing.provider_event e set seen = e.seen + 1 where e.provider = p_provider and e.event_id = p_event_id;
    return 'seen';
  end if;
  return 'new';
end
$$;
comment on function billing.keep_event(text, text, text, boolean, bytea, jsonb, text, text, timestamptz) is
  'Directory. Keeps a proven event of a payment provider once, byte by byte; returns new or seen.';
grant execute on function billing.keep_event(text, text, text, boolean, bytea, jsonb, text, text, timestamptz) to whatsappb24_api;
