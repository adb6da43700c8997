-- Claims providers' events that are due, the oldest first, for p_lease. For the worker, which reads the truth from the provider and
-- answers with billing.book_event() or billing.settle_event(). Passes over what others hold.
create or replace function billing.claim_events(p_limit int default 20, p_lease interval default '2 minutes')
returns table (
  provider text, event_id text, token bigint, tries int, type text, version text, livemode boolean, raw bytea, proven_by text,
  created_at timestamptz, received_at timestamptz)
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
begin
  return query
    update billing.provider_event e
       set due_at = v_now + p_lease, token = e.token + 1, tries = e.tries + 1
      from (select x.provider, x.event_id from billing.provider_event x where x.due_at <= v_now and x.due_at < 'infinity'
             order by x.due_at limit p_limit for update skip locked) k
     where e.provider = k.provider and e.event_id = k.event_id
    returning e.provider, e.event_id, e.token, e.tries, e.type, e.version, e.livemode, e.raw, e.proven_by, e.created_at, e.received_at;
end
$$;
comment on function billing.claim_events(int, interval) is
  'Platform. Claims payment providers'' events that are due, for a lease.';
grant execute on function billing.claim_events(int, interval) to whatsappb24_worker;
