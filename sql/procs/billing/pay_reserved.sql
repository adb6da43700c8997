-- Debits the renewals of subscriptions that money is kept for, each alone: what is kept pays first, the rest comes from what the
-- wallet has besides; paid, nothing is kept for it any more; not paid, it stays kept. For billing.pay_renewals(), which holds the
-- subscriptions and finds paid ones repeated. Returns all renewals in their order, step fail with the wallet's reason where one is
-- not paid. Locks, where anything is kept, the wallets in the order of their key.
create or replace function billing.pay_reserved(p_renewals billing.renewal[]) returns billing.renewal[]
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_renewals billing.renewal[] := p_renewals;
  v_kept record;
  v_held billing.held_change[];
  v_before billing.held_change[];
  v_rows billing.posting[];
begin
  if not exists (
    select from unnest(p_renewals) r
      join billing.reservation k on k.portal_id = (r.subscription).portal_id and k.channel_id = (r.subscription).channel_id and k.state = 'held') then
    return p_renewals;
  end if;
  -- Those that end or cost nothing give free what is kept for them (billing.store_subscription), in the order of their channels:
  -- their wallets are locked here, too.
  perform 1
    from (select distinct (r.subscription).portal_id as portal_id from unnest(p_renewals) r) u
    join billing.wallet w on w.portal_id = u.portal_id
   order by w.portal_id
     for no key update of w;
  for v_kept in
    select r.n, r.key, r.amount, r.currency, r.detail, k.portal_id, k.channel_id, sum(k.held)::bigint as held
      from unnest(p_renewals) with ordinality r(subscription, step, reason, amount, key, currency, detail, n)
      join billing.reservation k on k.portal_id = (r.subscription).portal_id and k.channel_id = (r.subscription).channel_id and k.state = 'held'
     where r.step = 'pay' and r.amount > 0
     group by r.n, r.key, r.amount, r.currency, r.detail, k.portal_id, k.channel_id
     order by r.n
  loop
    v_held := array[row(v_kept.portal_id, -v_kept.held)::billing.held_change];
    v_before := array(select row(w.portal_id, w.balance - w.held)::billing.held_change from billing.wallet w where w.portal_id = v_kept.portal_id);
    v_rows := billing.decide_postings(billing.match_keys(array(
      select p from billing.read_postings(jsonb_build_array(jsonb_build_object('portal_id', v_kept.portal_id, 'key', v_kept.key,
               'amount', v_kept.amount, 'currency', v_kept.currency, 'reason', 'subscription', 'detail', v_kept.detail)), 'wallet', 'revenue') p)), v_held);
    if v_rows[1].outcome in ('done', 'repeated') then
      perform billing.write_transfers(array(select p from unnest(v_rows) p where p.outcome = 'done'), v_held);
      update billing.reservation k set held = 0, state = 'used', changed_at = v_now
       where k.portal_id = v_kept.portal_id and k.channel_id = v_kept.channel_id and k.state = 'held';
      perform billing.watch(v_before);
    else
      v_renewals[v_kept.n].step := 'fail';
      v_renewals[v_kept.n].reason := coalesce(v_rows[1].reason, v_rows[1].outcome);
    end if;
  end loop;
  return v_renewals;
end
$$;
comment on function billing.pay_reserved(billing.renewal[]) is
  'Internal, batch. Debits renewals that money is kept for: that pays first.';
