-- Loads a rate card as a draft, or says what is wrong with it, a row per problem naming line and column.
-- For the provider's staff (the caller is trusted). p_card: {name, currency, tariff (default 'default'), valid_from
-- (default now)}. p_rows: the lines of the CSV as they stand, [{line (its number in the file), direction, category,
-- country (ISO 3166 alpha-2 or *), price, cost, moment, free_per_month, surcharge, reverse_on_failure}]; price, cost and
-- surcharge in units of the currency with at most six decimals ("0.0008"); the last three may be empty (0, 0, true).
-- Returns one row with card_id, or the problems (missing, unknown, not_an_amount, not_a_count, not_a_flag,
-- not_an_instant, repeated, empty), line 0 for the card itself; then nothing is stored.
-- Raises WB400 malformed_call. Locks nothing.
create or replace function billing.load_rate_card(p_actor text, p_card jsonb, p_rows jsonb)
returns table (card_id uuid, line int, column_name text, problem text, value text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
begin
  if coalesce(p_actor, '') = '' or jsonb_typeof(p_card) is distinct from 'object' or jsonb_typeof(p_rows) is distinct from 'array' then
    perform trace.refuse('malformed_call');
  end if;
  return query
    select null::uuid, f.line, f.column_name, f.problem, f.value from billing.rate_card_faults(p_card, p_rows) f;
  if found then
    return;
  end if;
  insert into billing.rate_card (card_id, tariff, name, currency, valid_from, created_by, created_at)
  values (v_id, coalesce(nullif(p_card ->> 'tariff', ''), 'default'), p_card ->> 'name', p_card ->> 'currency',
          coalesce(nullif(p_card ->> 'valid_from', '')::timestamptz, v_now), p_actor, v_now);
  insert into billing.rate (
    card_id, direction, category, country, price, cost, moment, free_per_month, surcharge, reverse_on_failure)
  select v_id, r.x ->> 'direction', r.x ->> 'category', r.x ->> 'country',
         ((r.x ->> 'price')::numeric * 1000000)::bigint, ((r.x ->> 'cost')::numeric * 1000000)::bigint, r.x ->> 'moment',
         coalesce(nullif(r.x ->> 'free_per_month', '')::int, 0),
         (coalesce(nullif(r.x ->> 'surcharge', '')::numeric, 0) * 1000000)::bigint,
         coalesce(nullif(r.x ->> 'reverse_on_failure', '')::boolean, true)
    from jsonb_array_elements(p_rows) r(x);
  return query select v_id, null::int, null::text, null::text, null::text;
end
$$;
comment on function billing.load_rate_card(text, jsonb, jsonb) is
  'Directory. Stores a draft rate card from CSV lines, or returns every problem with its line and column.';
grant execute on function billing.load_rate_card(text, jsonb, jsonb) to whatsappb24_api;
