-- Prices messages that are about to be held, and counts the free ones. For billing.hold(), in its transaction.
-- p_items: [{portal_id, channel_id, direction, category, country (ISO 3166 alpha-2 or null), at}], item counts from 1.
-- A free message (of the card's monthly allowance, then of the plan's) costs its surcharge only. Without a card in
-- force for the portal: price 0, moment submitted, card null. reason no_price: the card has no row for it, price null.
-- Amounts are millionths of currency. A free message counts when it is priced, whatever becomes of it; so each message
-- is asked for once. Locks the allowances in the order of their key.
create or replace function billing.prices(p_items jsonb)
returns table (
  item int, card_id uuid, currency text, price billing.micros, cost billing.micros, moment text, is_free boolean, reason text)
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.pricing[];
  v_free int[] := '{}';
  v_included int[] := '{}';
begin
  select array_agg(r order by r.item) into v_rows from billing.find_rates(p_items) r;
  if exists (select from unnest(v_rows) r where r.free_limit > 0) then
    v_free := billing.take_allowances('free', v_rows);
  end if;
  if exists (select from unnest(v_rows) r where r.included_limit > 0) then
    v_included := billing.take_allowances('included',
      array(select r from unnest(v_rows) r where r.item <> all (v_free)));
  end if;
  return query
    select r.item, r.card_id, r.currency,
           (case when f.is_free then 0 else r.price end + r.surcharge)::billing.micros, r.cost::billing.micros, r.moment, f.is_free, r.reason
      from unnest(v_rows) r
     cross join lateral (select r.item = any (v_free) or r.item = any (v_included)) f(is_free)
     order by r.item;
end
$$;
comment on function billing.prices(jsonb) is
  'Internal, batch. The price, cost and charging moment of each message; counts what is free.';
