-- Compares what Gupshup says that days of channels had and cost with our charges of the messages written those days (UTC): the
-- days that were read since they were compared last, p_limit of them, the ones read first before others. Only outgoing
-- messages that are paid count (captured); marketing_lite counts as marketing, which Gupshup does not tell apart. A portal
-- without a wallet has no charges: its days agree. Of a category, one message or one percent is no difference, because a day
-- of Gupshup's may begin at another hour; the cost is compared where the charges are in Gupshup's currency. For
-- billing.reconcile(). Returns how many days it looked at. Locks them; passes over what others hold.
create or replace function billing.compare_usage(p_limit int) returns int
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_looked int;
begin
  with due as materialized (
    select u.portal_id, u.channel_id, u.day, u.said, u.fees, u.currency
      from billing.usage u
     where u.compared_at is null order by u.read_at limit p_limit
       for update skip locked),
  ours as materialized (
    select d.portal_id, d.channel_id, d.day, coalesce(jsonb_object_agg(c.category, c.messages) filter (where c.category is not null), '{}') as charged,
           case when count(*) filter (where c.currency <> d.currency) = 0 then coalesce(sum(c.cost), 0) end as cost
      from due d
      left join lateral (
        select case x.category when 'marketing_lite' then 'marketing' else x.category end as category, x.currency,
               count(*) as messages, sum(x.cost) as cost
          from billing.charge x
         where x.portal_id = d.portal_id and x.message_id >= tenancy.id_floor(d.day at time zone 'UTC')
           and x.message_id < tenancy.id_floor((d.day + 1) at time zone 'UTC')
           and x.channel_id = d.channel_id and x.state = 'captured'
         group by 1, 2) c on true
     group by d.portal_id, d.channel_id, d.day),
  judged as (
    select o.*,
           case when exists (select from billing.wallet w where w.portal_id = o.portal_id) then array(
             select k.category
               from (select jsonb_object_keys(d.said || o.charged) as category) k
              where abs(coalesce((d.said ->> k.category)::bigint, 0) - coalesce((o.charged ->> k.category)::bigint, 0))
                    > greatest(1, coalesce((d.said ->> k.category)::bigint, 0) / 100)
              order by k.category)
             || case when abs(d.fees - o.cost) > greatest(10000, d.fees / 100) then array['cost'] else '{}' end
           else '{}' end as differs
      from ours o
      join due d on d.portal_id = o.portal_id and d.channel_id = o.channel_id and d.day = o.day)
  update billing.usage u
     set compared_at = v_now, charged = j.charged, cost = j.cost, differs = j.differs
    from judged j
   where u.portal_id = j.portal_id and u.channel_id = j.channel_id and u.day = j.day;
  get diagnostics v_looked = row_count;
  return v_looked;
end
$$;
comment on function billing.compare_usage(int) is
  'Internal. Compares what Gupshup says that days had and cost with our charges of those days.';
