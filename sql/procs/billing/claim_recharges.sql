-- Claims recharges that are decided and not settled, for p_lease: the payments charge the saved card under the recharge's id as
-- business key, so that a second claim of the same never charges twice. For the worker. Passes over what others hold.
create or replace function billing.claim_recharges(p_limit int default 20, p_lease interval default '5 minutes')
returns table (portal_id uuid, recharge_id uuid, token bigint, amount bigint, currency text, decided_at timestamptz)
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
    update billing.recharge r
       set due_at = v_now + p_lease, token = r.token + 1
      from (select x.portal_id, x.recharge_id from billing.recharge x where x.state = 'open' and x.due_at <= v_now order by x.due_at
             limit p_limit for update skip locked) k
     where r.portal_id = k.portal_id and r.recharge_id = k.recharge_id
    returning r.portal_id, r.recharge_id, r.token, r.amount::bigint, r.currency, r.decided_at;
end
$$;
comment on function billing.claim_recharges(int, interval) is
  'Platform. Claims decided recharges for the payments, for a lease.';
grant execute on function billing.claim_recharges(int, interval) to whatsappb24_worker;
