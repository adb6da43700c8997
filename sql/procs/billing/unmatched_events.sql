-- Events of providers that belong to nothing of ours or could not be worked on, newest first; p_state: one of unmatched, failed,
-- dismissed, or null (the first two). For staff (the caller is trusted). p_before: received_at of the last one seen; p_limit at
-- most 200. detail says why. Locks nothing.
create or replace function billing.unmatched_events(p_state text default null, p_before timestamptz default null, p_limit int default 50)
returns table (
  provider text, event_id text, type text, livemode boolean, state text, detail jsonb, tries int, seen int, created_at timestamptz,
  received_at timestamptz, due_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select e.provider, e.event_id, e.type, e.livemode, e.state, e.detail, e.tries, e.seen, e.created_at, e.received_at,
         nullif(e.due_at, 'infinity')
    from billing.provider_event e
   where e.state in ('unmatched', 'failed', 'dismissed') and (p_state is null and e.state <> 'dismissed' or e.state = p_state)
     and e.received_at < coalesce(p_before, 'infinity')
   order by e.received_at desc, e.provider, e.event_id
   limit least(greatest(p_limit, 1), 200)
$$;
comment on function billing.unmatched_events(text, timestamptz, int) is
  'Platform. Events of payment providers that belong to nothing of ours, failed or were dismissed, newest first, for staff.';
grant execute on function billing.unmatched_events(text, timestamptz, int) to whatsappb24_api, whatsappb24_worker;
