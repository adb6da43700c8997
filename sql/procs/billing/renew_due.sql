-- Renews the subscriptions that are due, the longest due first, at most p_limit in a call: a period each. The wallets are
-- debited in one call, once per period (key subscription:<channel>:<period>), so that nothing is charged twice however
-- often, from however many workers and after whatever crash this is called; after a time without workers the periods
-- that were missed follow in the next calls, each once. A renewal that cannot be paid leads to grace, then to suspension.
-- For the worker's round, until it returns 0. One runner at a time, others return 0. Returns how many it looked at.
-- Locks subscriptions, then wallets, then channels, each in the order of their key.
create or replace function billing.renew_due(p_limit int default 200) returns int
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
  v_subscriptions billing.subscription[];
  v_renewals billing.renewal[];
  v_renewal billing.renewal;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('billing.renew_due', 0)) then
    return 0;
  end if;
  v_subscriptions := array(
    select s from billing.subscription s where s.due_at <= v_now and s.due_at < 'infinity' order by s.due_at limit p_limit);
  perform 1
    from billing.subscription s
    join unnest(v_subscriptions) u on u.portal_id = s.portal_id and u.channel_id = s.channel_id
   order by s.portal_id, s.channel_id
     for no key update of s;
  v_renewals := billing.pay_renewals(array(
    select s from billing.subscription s
      join unnest(v_subscriptions) u on u.portal_id = s.portal_id and u.channel_id = s.channel_id
     where s.due_at <= v_now
     order by s.portal_id, s.channel_id));
  foreach v_renewal in array v_renewals
  loop
    perform billing.settle_renewal(v_renewal.subscription, v_renewal.step, v_renewal.reason, v_renewal.amount, v_renewal.key);
  end loop;
  return cardinality(v_renewals);
end
$$;
comment on function billing.renew_due(int) is
  'Platform. Renews subscriptions that are due, a period each, charged once; returns how many it looked at.';
grant execute on function billing.renew_due(int) to whatsappb24_worker;
