-- How many messages of each item would be free now: what is left of the card's monthly allowance, then of the plan's,
-- used up in the order of the items. For billing.quote(). A row per item. Locks nothing.
create or replace function billing.open_allowances(p_rows billing.pricing[]) returns table (item int, free int)
language sql stable
set search_path = ''
as $$
  with monthly as (
    select k.item, k.portal_id, k.channel_id,
           greatest(least(r.count, k.free_limit - coalesce(a.used, 0) - (sum(r.count) over w - r.count)), 0)::int as free
      from billing.allowance_keys('free', p_rows) k
      join unnest(p_rows) r on r.item = k.item
      left join billing.allowance a
        on a.portal_id = k.portal_id and a.channel_id = k.channel_id and a.kind = 'free' and a.period = k.period
       and a.direction = k.direction and a.category = k.category and a.country = k.country
    window w as (partition by k.portal_id, k.channel_id, k.period, k.direction, k.category, k.country order by k.item)),
  wanting as (
    select r.item, r.count - coalesce(m.free, 0) as count, coalesce(m.free, 0) as free
      from unnest(p_rows) r left join monthly m on m.item = r.item),
  included as (
    select k.item, greatest(least(n.count, k.free_limit - coalesce(a.used, 0) - (sum(n.count) over w - n.count)), 0)::int as free
      from billing.allowance_keys('included', p_rows) k
      join wanting n on n.item = k.item
      left join billing.allowance a
        on a.portal_id = k.portal_id and a.channel_id = k.channel_id and a.kind = 'included' and a.period = k.period
       and a.direction = k.direction and a.category = k.category and a.country = k.country
    window w as (partition by k.portal_id, k.channel_id, k.period, k.direction order by k.item))
  select n.item, n.free + coalesce(i.free, 0)
    from wanting n left join included i on i.item = n.item
$$;
comment on function billing.open_allowances(billing.pricing[]) is
  'Internal, batch. How many messages of each item would be free now, without counting them.';
