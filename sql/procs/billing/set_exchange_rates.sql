-- Keeps what one US dollar buys: p_rates [{currency, day (YYYY-MM-DD, today at the latest), per_usd (units, at most eight
-- decimals, "17.25")}], at most 1,000. A day that is known already is corrected. For the provider's staff (the caller is
-- trusted). Returns how many were kept. Raises WB400 malformed_call, WB400 malformed_item with the item's place and
-- field; then nothing is kept. Locks the rows in the order of currency and day.
create or replace function billing.set_exchange_rates(p_actor text, p_rates jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_fault jsonb;
  v_kept int;
begin
  if coalesce(p_actor, '') = '' or jsonb_typeof(p_rates) is distinct from 'array' or jsonb_array_length(p_rates) not between 1 and 1000 then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_rates"}');
  end if;
  select jsonb_build_object('item', r.n, 'field', f.name) into v_fault
    from jsonb_array_elements(p_rates) with ordinality r(x, n)
   cross join lateral (values
     (1, 'currency', r.x ->> 'currency' <> 'USD' and exists (select from billing.currency c where c.currency = r.x ->> 'currency')),
     (2, 'day', r.x ->> 'day' ~ '^\d{4}-\d\d-\d\d$' and pg_input_is_valid(r.x ->> 'day', 'date')),
     (3, 'day', not (pg_input_is_valid(r.x ->> 'day', 'date')) or (r.x ->> 'day')::date <= (v_now at time zone 'UTC')::date + 1),
     (4, 'per_usd', r.x ->> 'per_usd' ~ '^\d{1,9}(\.\d{1,8})?$' and r.x ->> 'per_usd' ~ '[1-9]')) f(rank, name, is_good)
   where f.is_good is not true
   order by r.n, f.rank
   limit 1;
  if v_fault is not null then
    perform trace.refuse('malformed_item', v_fault);
  end if;
  insert into billing.exchange_rate (currency, day, per_usd, set_by, set_at)
  select distinct on (r.x ->> 'currency', (r.x ->> 'day')::date)
         r.x ->> 'currency', (r.x ->> 'day')::date, (r.x ->> 'per_usd')::numeric, p_actor, v_now
    from jsonb_array_elements(p_rates) with ordinality r(x, n)
   order by r.x ->> 'currency', (r.x ->> 'day')::date, r.n desc
  on conflict (currency, day) do update
    set per_usd = excluded.per_usd, set_by = excluded.set_by, set_at = excluded.set_at;
  get diagnostics v_kept = row_count;
  return v_kept;
end
$$;
comment on function billing.set_exchange_rates(text, jsonb) is
  'Directory. Keeps what one US dollar buys in other currencies from a day on; a known day is corrected.';
grant execute on function billing.set_exchange_rates(text, jsonb) to whatsappb24_api;
