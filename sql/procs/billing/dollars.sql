-- What one unit of a currency was worth in US dollars on a day: by the newest rate of that day or before; null
-- where none is known. For billing.margins(). Locks nothing.
create or replace function billing.dollars(p_currency text, p_day date) returns numeric
language sql stable
set search_path = ''
as $$
  select case
           when p_currency = 'USD' then 1
           else (select 1 / x.per_usd
                   from billing.exchange_rate x
                  where x.currency = p_currency and x.day <= p_day
                  order by x.day desc
                  limit 1) end
$$;
comment on function billing.dollars(text, date) is
  'Internal. What one unit of a currency was worth in US dollars on a day; null where no rate is known.';
