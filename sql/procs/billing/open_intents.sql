-- Payments whose end is not known, for the reconciler, which asks the provider about each: those that are due, the longest due first,
-- asked again later each time (2, 4, 8 … minutes, at most 6 h). ids: the provider's objects {kind: id}; is_stale: nobody can pay
-- it any more (billing.is_stale), so where the provider knows of no money billing.expire_intent() is asked. Passes over what others hold.
create or replace function billing.open_intents(p_limit int default 50)
returns table (
  portal_id uuid, payment_id uuid, provider text, kind text, amount bigint, currency text, every text, state text, livemode boolean,
  recharge_id uuid, attempt int, ids jsonb, opened_at timestamptz, asks int, is_stale boolean)
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
    with due as (
      select x.portal_id, x.payment_id from billing.payment x where x.ask_at <= v_now and x.ask_at < 'infinity'
       order by x.ask_at limit p_limit for no key update skip locked),
    asked as (
      update billing.payment p
         set asks = p.asks + 1, ask_at = v_now + least(interval '2 minutes' * power(2, least(p.asks, 10)), interval '6 hours')
        from due
       where p.portal_id = due.portal_id and p.payment_id = due.payment_id
      returning p.*)
    select a.portal_id, a.payment_id, a.provider, a.kind, a.amount::bigint, a.currency, a.every, a.state, a.livemode, a.recharge_id,
           (select max(t.number) from billing.payment_attempt t where t.portal_id = a.portal_id and t.payment_id = a.payment_id),
           billing.objects_of(a.portal_id, a.payment_id), a.opened_at, a.asks,
           billing.is_stale(a::billing.payment, v_now)
      from asked a;
end
$$;
comment on function billing.open_intents(int) is
  'Platform. Payments whose end is not known and that are due to be asked about, with back-off.';
grant execute on function billing.open_intents(int) to whatsappb24_worker;
