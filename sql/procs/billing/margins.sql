-- What messages earned: price, cost and margin of those that are paid (captured), written in a time, by customer, channel,
-- country or category and by currency. Each row is exact in its own currency; p_currency adds the same in one currency
-- by the rate of each message's day (UTC; billing.exchange_rate), summed first and rounded once, null where a rate is
-- missing: never zero. For the provider's staff (the caller is trusted). p_from, p_to: at most 400 days. Amounts in
-- millionths. Raises WB400 malformed_call, WB422 unknown_currency. Reads the charges of the range: about
-- half a second for a year with a million of them (benchmarks/margins.py). Locks nothing.
create or replace function billing.margins(p_from timestamptz, p_to timestamptz, p_by text, p_currency text default 'USD')
returns table (
  key text, name text, currency text, messages bigint, price bigint, cost bigint, margin bigint, price_in bigint, cost_in bigint,
  margin_in bigint)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  if p_from is null or p_to is null or p_to - p_from > interval '400 days'
     or coalesce(p_by, '') not in ('customer', 'channel', 'country', 'category') then
    perform trace.refuse('malformed_call', '{"argument": "p_from, p_to, p_by"}');
  elsif not exists (select from billing.currency c where c.currency = p_currency) then
    perform trace.refuse('unknown_currency', jsonb_build_object('currency', p_currency));
  end if;
  return query
    with days as materialized (
      select case p_by when 'customer' then p.customer_id::text when 'channel' then c.channel_id::text
                       when 'country' then coalesce(c.country, '') else c.category end as key,
             c.currency,
             -- tenancy.id_time() in place, as days since 1970, and only where a rate is asked for: its call took two thirds of a report
             case when c.currency <> p_currency
                  then date '1970-01-01' + (('x' || lpad(left(replace(c.message_id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 86400000)::int
                  end as day,
             count(*) as messages, sum(c.price) as price, sum(c.cost) as cost
        from tenancy.portal p
        join billing.charge c
          on c.portal_id = p.portal_id and c.message_id >= tenancy.id_floor(p_from) and c.message_id < tenancy.id_floor(p_to)
         and c.state = 'captured'
       group by 1, 2, 3),
    worth as materialized (
      select r.currency, r.day,
             case r.currency when p_currency then 1 else billing.dollars(r.currency, r.day) / billing.dollars(p_currency, r.day) end as rate
        from (select distinct d.currency, d.day from days d) r),
    sums as (
      select d.key, d.currency, sum(d.messages)::bigint as messages, sum(d.price)::bigint as price, sum(d.cost)::bigint as cost,
             count(*) = count(w.rate) as is_known, sum(d.price * w.rate) as price_in, sum(d.cost * w.rate) as cost_in
        from days d
        join worth w on w.currency = d.currency and w.day is not distinct from d.day
       group by d.key, d.currency)
    select s.key,
           case p_by
             when 'customer' then (select u.trade_name from tenancy.customer u where u.customer_id::text = s.key)
             when 'channel' then (
               select h.name || ' · ' || h.phone || ' · ' || p.domain
                 from tenancy.channel h
                 join tenancy.portal p on p.portal_id = h.portal_id
                where h.channel_id::text = s.key)
             else s.key end,
           s.currency, s.messages, s.price, s.cost, s.price - s.cost, a.price, a.cost, a.price - a.cost
      from sums s
     cross join lateral (
       select case when s.is_known then billing.round_even(s.price_in) end as price,
              case when s.is_known then billing.round_even(s.cost_in) end as cost) a
     order by coalesce(a.price - a.cost, s.price - s.cost) desc, s.key, s.currency
     limit 10000;
end
$$;
comment on function billing.margins(timestamptz, timestamptz, text, text) is
  'Platform. Price, cost and margin of paid messages by customer, channel, country or category, exact by currency and converted to one.';
grant execute on function billing.margins(timestamptz, timestamptz, text, text) to whatsappb24_api;
