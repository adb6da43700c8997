-- Finds what prices each item: the card in force for its channel, the row of its category and country, and the
-- allowances that may make it free. For billing.prices() and billing.quote(). p_items: [{portal_id, channel_id,
-- direction (in, out: default), category (default service), country (ISO 3166 alpha-2 or null), count (default 1),
-- at (default now)}], item counts from 1. Cards are looked for in the customer's currency, first of the tariff of
-- the channel's plan, then of the default one. Without a card in force everything is zero; a card without a row for
-- the item (its country or *) leaves price null and says so in reason (no_price). Locks nothing.
create or replace function billing.find_rates(p_items jsonb) returns setof billing.pricing
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
  with i as materialized (
    select e.n::int as item, x.portal_id, x.channel_id, coalesce(x.direction, 'out') as direction,
           coalesce(x.category, 'service') as category, x.country, coalesce(x.count, 1) as count, coalesce(x.at, v_now) as at
      from jsonb_array_elements(p_items) with ordinality e(body, n)
     cross join jsonb_to_record(e.body)
           x(portal_id uuid, channel_id uuid, direction text, category text, country text, count int, at timestamptz)),
  asked as materialized (
    select distinct a.portal_id, a.channel_id, a.at from i a),
  answered as materialized (
    select a.portal_id, a.channel_id, a.at, c.card_id, coalesce(c.currency, u.currency) as currency,
           to_char(a.at at time zone p.time_zone, 'YYYY-MM') as month,
           l.included_messages, l.included_categories, 'p' || s.period_no as plan_period
      from asked a
      join tenancy.portal p on p.portal_id = a.portal_id
      join tenancy.customer u on u.customer_id = p.customer_id
      left join billing.subscription s on s.portal_id = a.portal_id and s.channel_id = a.channel_id
      left join billing.plan l on l.plan_id = s.plan_id
      left join lateral (
        select k.card_id, k.currency
          from billing.rate_card k
         where k.tariff in (l.tariff, 'default') and k.currency = u.currency and k.state <> 'draft'
           and k.valid_from <= a.at and a.at < k.valid_until
         order by k.tariff is distinct from l.tariff
         limit 1) c on true)
  select i.item, i.portal_id, i.channel_id, i.direction, i.category, i.country, i.count, a.card_id, a.currency,
         case when a.card_id is null then 0 else r.price end::bigint, coalesce(r.surcharge, 0)::bigint,
         case when a.card_id is null then 0 else r.cost end::bigint, coalesce(r.moment, 'submitted'),
         coalesce(r.reverse_on_failure, true), r.country, coalesce(r.free_per_month, 0), a.month,
         case when i.direction = 'out' and i.category = any (a.included_categories) then a.included_messages else 0 end, a.plan_period,
         case when a.card_id is not null and r.card_id is null then 'no_price' end
    from i
    join answered a on a.portal_id = i.portal_id and a.channel_id is not distinct from i.channel_id and a.at = i.at
    left join lateral (
      select x.card_id, x.price, x.surcharge, x.cost, x.moment, x.reverse_on_failure, x.country, x.free_per_month
        from billing.rate x
       where x.card_id = a.card_id and x.direction = i.direction and x.category = i.category and x.country in (i.country, '*')
       order by x.country = '*'
       limit 1) r on true
   order by i.item;
end
$$;
comment on function billing.find_rates(jsonb) is
  'Internal, batch. The row of the rate card in force that prices each item, with the allowances it may use.';
