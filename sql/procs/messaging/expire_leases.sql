-- Attempts whose lease is over without a word: the worker died or hung between any two steps. What it was sending
-- may have left, so the message becomes unknown, never claimable; its lane waits 60 s for evidence.
-- For the worker's round. One runner at a time. Returns how many. Locks lane -> message -> charge.
create or replace function messaging.expire_leases(p_limit int default 500) returns int
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
  v_items jsonb;
  v_count int;
begin
  perform pg_advisory_xact_lock(hashtextextended('messaging.expire_leases', 0));
  select coalesce(jsonb_agg(jsonb_build_object(
           'portal_id', a.portal_id, 'message_id', a.message_id, 'number', a.number,
           'outcome', 'unknown', 'code', 'lease_expired', 'reason', 'No word from the worker before its lease ended.')
           order by a.portal_id, a.message_id), '[]')
    into v_items
    from (select x.* from messaging.attempt x
           where x.outcome is null and x.lease_until <= v_now order by x.lease_until limit p_limit) a;
  select count(*) into v_count from messaging.settle(v_items) s where s.recorded = 'unknown';
  return v_count;
end
$$;
comment on function messaging.expire_leases(int) is
  'Platform. Makes attempts whose lease ended unknown; returns how many.';
grant execute on function messaging.expire_leases(int) to whatsappb24_worker;
