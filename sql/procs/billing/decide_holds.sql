-- Decides which messages their portals can pay for: wallet, then caps. For billing.hold(), which holds the wallets.
-- Returns the rows with outcome held, refused (balance, frozen, wallet_currency, cap: the figures in detail) or known (the
-- message has its charge). Decided on totals; only where a total fails is a portal decided message by message, in order.
-- Hard caps that refused are told of once a period. Locks nothing that the wallets do not cover.
create or replace function billing.decide_holds(p_rows billing.holding[]) returns billing.holding[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.holding[];
  v_tight uuid[];
begin
  with j as (
    select r.*, c.message_id is not null as is_known,
           case when w.portal_id is null then 'balance' when w.currency <> r.currency then 'wallet_currency'
                when w.state = 'frozen' then 'frozen' end as verdict,
           w.currency as wallet_currency
      from unnest(p_rows) r
      left join billing.charge c on r.outcome is null and c.portal_id = r.portal_id and c.message_id = r.message_id
      left join billing.wallet w on r.price > 0 and w.portal_id = r.portal_id)
  select array_agg(row(
           j.item,
           case when j.outcome is not null then j.outcome when j.is_known then 'known' when j.price > 0 and j.verdict is not null then 'refused' else 'held' end,
           case when j.outcome is not null then j.reason when not j.is_known and j.price > 0 then j.verdict end,
           case when j.outcome is not null then j.detail
                when not j.is_known and j.price > 0 and j.verdict is not null then jsonb_strip_nulls(jsonb_build_object(
                  'price', j.price, 'currency', j.currency, 'wallet', j.wallet_currency,
                  'available', case when j.wallet_currency is null then 0 end)) end,
           j.portal_id, j.message_id, j.channel_id, j.category, j.country, j.user_id, j.robot, j.card_id, j.currency, j.price, j.cost,
           j.moment, j.spend_day)::billing.holding order by j.item)
    into v_rows
    from j;

  select array_agg(w.portal_id)
    into v_tight
    from (select r.portal_id, sum(r.price) as price from unnest(v_rows) r where r.outcome = 'held' and r.price > 0 group by r.portal_id) n
    join billing.wallet w on w.portal_id = n.portal_id
   where n.price > w.balance - w.held + w.overdraft_limit
      or exists (select from billing.caps_of(array(select r from unnest(v_rows) r where r.portal_id = n.portal_id)) c
                  where c.spent + c.asked > c.hard);
  if v_tight is null then
    return v_rows;
  end if;
  return billing.decide_holds_each(v_rows, v_tight);
end
$$;
comment on function billing.decide_holds(billing.holding[]) is
  'Internal, batch. Which messages their portals can pay for: held, or refused (balance, frozen, cap).';
