-- Claims top-ups that repeat and are to end, for p_lease, with what the provider is told. ids: his objects {kind: object id}. For the
-- worker, which answers with billing.settle_schedule(). Passes over what others hold. Locks the schedules.
create or replace function billing.claim_schedules(p_limit int default 20, p_lease interval default '2 minutes')
returns table (portal_id uuid, payment_id uuid, provider text, state text, livemode boolean, ids jsonb, tries int)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with claimed as (
      update billing.payment_schedule s
         set due_at = v_now + p_lease, tries = s.tries + 1
        from (select x.portal_id, x.payment_id from billing.payment_schedule x where x.due_at <= v_now and x.due_at < 'infinity'
               order by x.due_at limit p_limit for update skip locked) k
       where s.portal_id = k.portal_id and s.payment_id = k.payment_id
      returning s.portal_id, s.payment_id, s.state, s.tries)
    select c.portal_id, c.payment_id, p.provider, c.state, p.livemode, billing.objects_of(c.portal_id, c.payment_id), c.tries
      from claimed c
      join billing.payment p on p.portal_id = c.portal_id and p.payment_id = c.payment_id;
end
$$;
comment on function billing.claim_schedules(int, interval) is
  'Platform. Claims top-ups that repeat and are to end at their provider, for a lease.';
grant execute on function billing.claim_schedules(int, interval) to whatsappb24_worker;
