-- Reads the items of billing.hold() with their prices. A row with outcome null may go on; refused cannot be priced; known
-- has its charge or stands twice in the call: each message is priced once. Locks what billing.prices() locks.
create or replace function billing.read_holds(p_items jsonb) returns setof billing.holding
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
  v_asked int[];
  v_items jsonb;
begin
  select array_agg(k.n order by k.n), jsonb_agg(p_items -> (k.n - 1) order by k.n)
    into v_asked, v_items
    from (select distinct on (e.portal_id, e.message_id) e.n::int as n, e.portal_id, e.message_id
            from rows from (jsonb_to_recordset(p_items) as (portal_id uuid, message_id uuid)) with ordinality e(portal_id, message_id, n)
           order by e.portal_id, e.message_id, e.n) k
   where not exists (select from billing.charge c where c.portal_id = k.portal_id and c.message_id = k.message_id);
  return query
  with p as materialized (
    select v_asked[c.item] as item, c.card_id, c.currency, c.price, c.cost, c.moment, c.reason
      from billing.prices(v_items) c
     where v_items is not null),
  i as materialized (
    select e.n::int as item, e.portal_id, e.message_id, e.channel_id, coalesce(e.category, 'service') as category, e.country, e.user_id, e.robot
      from rows from (jsonb_to_recordset(p_items) as (
             portal_id uuid, message_id uuid, channel_id uuid, category text, country text, user_id text, robot text))
           with ordinality e(portal_id, message_id, channel_id, category, country, user_id, robot, n))
  select i.item, case when p.item is null then 'known' when p.reason is not null then 'refused' end, p.reason,
         case when p.reason is not null then jsonb_build_object('category', i.category, 'country', i.country) end,
         i.portal_id, i.message_id, i.channel_id, i.category, i.country, i.user_id, i.robot,
         p.card_id, p.currency, p.price::bigint, p.cost::bigint, case when p.card_id is null then 'sent' else p.moment end,
         case when p.price > 0 then (v_now at time zone o.time_zone)::date end
    from i
    left join p on p.item = i.item
    join tenancy.portal o on o.portal_id = i.portal_id
   order by i.item;
end
$$;
comment on function billing.read_holds(jsonb) is
  'Internal, batch. The items of hold() with price, moment of capture and the day that the caps count.';
