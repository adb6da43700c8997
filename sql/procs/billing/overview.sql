-- The wallet at a glance: balance, held, overdraft limit, available; what of held is kept for the next periods of channels, paid by
-- repeating top-ups (reserved: [{channel_id, amount}], the channels in the order of their ids); what a day costs (the mean of the last seven full days of
-- the portal's zone, or of the days since the wallet was opened), how many days that lasts and when it ends; thresholds, which of
-- them people were told of and when (told: [{threshold, at}]), and the recharge order with how much of its cap is used and, while
-- payments are declined, the last one of them. Nothing without a wallet. Needs billing.view. Amounts in millionths. Raises
-- WB403 permission. Locks nothing.
create or replace function billing.overview(p_portal_id uuid, p_user_id text)
returns table (
  currency text, state text, state_reason text, balance bigint, held bigint, overdraft_limit bigint, available bigint, owed bigint,
  reserved jsonb, per_day bigint, days_left numeric, runs_out_at timestamptz, thresholds jsonb, told jsonb, recharge jsonb)
language plpgsql stable security definer
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
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select w.currency, w.state, w.state_reason, w.balance::bigint, w.held::bigint, w.overdraft_limit::bigint, b.available,
           coalesce((select -a.balance from billing.account a
                      where a.portal_id = w.portal_id and a.kind = 'receivables' and a.currency = w.currency), 0)::bigint,
           (select coalesce(jsonb_agg(jsonb_build_object('channel_id', k.channel_id, 'amount', k.held) order by k.channel_id), '[]')
              from (select r.channel_id, sum(r.held)::bigint as held from billing.reservation r
                     where r.portal_id = w.portal_id and r.state = 'held' group by r.channel_id) k),
           d.per_day, round(b.available / nullif(d.per_day, 0)::numeric, 1),
           case when d.per_day > 0 then v_now + least(round(b.available / d.per_day::numeric, 4), 36500) * interval '1 day' end,
           (select coalesce(jsonb_agg(t.amount order by t.amount desc), '[]') from billing.threshold t where t.portal_id = w.portal_id),
           (select coalesce(jsonb_agg(jsonb_build_object('threshold', t.amount, 'at', t.told_at) order by t.amount desc), '[]')
              from billing.threshold t where t.portal_id = w.portal_id and t.told_at is not null),
           (select jsonb_build_object('is_on', r.is_on, 'threshold', r.threshold, 'amount', r.amount, 'target', r.target,
                     'monthly_cap', r.monthly_cap, 'failures', r.failures, 'not_before', r.not_before,
                     'declined', case when r.failures > 0 then (
                       select jsonb_build_object('at', x.settled_at, 'amount', x.amount, 'code', x.detail ->> 'code') from billing.recharge x
                        where x.portal_id = w.portal_id and x.state = 'declined' order by x.settled_at desc limit 1) end, 'used', (
                       select coalesce(sum(x.amount), 0) from billing.recharge x
                        where x.portal_id = w.portal_id and x.state in ('open', 'succeeded') and x.month = date_trunc('month', t.today)::date))
              from billing.recharge_rule r where r.portal_id = w.portal_id)
      from billing.wallet w
      join tenancy.portal p on p.portal_id = w.portal_id
     cross join lateral (select (v_now at time zone p.time_zone)::date as today) t
     cross join lateral (select (w.balance - w.held + w.overdraft_limit)::bigint as available) b
     cross join lateral (
       select round(coalesce(sum(s.spent), 0) / least(greatest(t.today - (w.opened_at at time zone p.time_zone)::date, 1), 7))::bigint as per_day
         from billing.spend s
        where s.portal_id = w.portal_id and s.scope = 'portal' and s.scope_id = '' and s.day >= t.today - 7 and s.day < t.today) d
     where w.portal_id = p_portal_id;
end
$$;
comment on function billing.overview(uuid, text) is
  'Tenant. The wallet at a glance: what is available, how long it lasts, thresholds and the recharge order.';
grant execute on function billing.overview(uuid, text) to whatsappb24_api;
