-- Decides what each due subscription needs and debits the wallets, all in one call; what a repeating top-up keeps for one pays it
-- first (billing.pay_reserved). For billing.renew_due() and billing.renew_paid().
-- Returns a renewal per subscription, in their order: step pay where it is paid for or costs nothing, fail with the
-- wallet's reason where it is not, else what billing.renewal_step() says. Locks the wallets in the order of their key.
create or replace function billing.pay_renewals(p_subscriptions billing.subscription[]) returns billing.renewal[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_renewals billing.renewal[];
  v_items jsonb;
begin
  select array_agg(row(s, billing.renewal_step(s, v_now), null, p.price::bigint,
           case when p.price > 0 then concat_ws(':', 'subscription', s.channel_id, s.period_no + 1) end, p.currency,
           jsonb_build_object('channel_id', s.channel_id, 'plan', p.code, 'version', p.version, 'period_no', s.period_no + 1))::billing.renewal
           order by s.portal_id, s.channel_id)
    into v_renewals
    from unnest(p_subscriptions) s
    join billing.plan p on p.plan_id = coalesce(s.next_plan_id, s.plan_id);
  v_renewals := billing.pay_reserved(v_renewals);
  select jsonb_agg(jsonb_build_object('portal_id', (r.subscription).portal_id, 'key', r.key, 'amount', r.amount, 'currency', r.currency,
           'reason', 'subscription', 'detail', r.detail) order by r.n)
    into v_items
    from unnest(v_renewals) with ordinality r(subscription, step, reason, amount, key, currency, detail, n)
   where r.step = 'pay' and r.amount > 0;
  if v_items is null then
    return coalesce(v_renewals, '{}');
  end if;
  return array(
    select row(r.subscription, case when d.outcome not in ('done', 'repeated') then 'fail' else r.step end,
               coalesce(d.reason, case when d.outcome not in ('done', 'repeated') then d.outcome end, r.reason),
               r.amount, r.key, r.currency, r.detail)::billing.renewal
      from unnest(v_renewals) with ordinality r(subscription, step, reason, amount, key, currency, detail, n)
      left join (
        select v_items -> (x.item - 1) ->> 'key' as key, v_items -> (x.item - 1) ->> 'portal_id' as portal_id, x.outcome, x.reason
          from billing.debit(v_items) x) d
        on d.key = r.key and d.portal_id = (r.subscription).portal_id::text
     order by r.n);
end
$$;
comment on function billing.pay_renewals(billing.subscription[]) is
  'Internal, batch. Decides what each due subscription needs and debits the wallets in one call.';
