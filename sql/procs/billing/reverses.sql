-- Does the rate card give the money back for a message that was captured and failed afterwards?
-- For billing.move_charges(). What no card priced cost nothing. Locks nothing.
create or replace function billing.reverses(p_card_id uuid, p_category text, p_country text) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce((
    select r.reverse_on_failure
      from billing.rate r
     where r.card_id = p_card_id and r.direction = 'out' and r.category = p_category and r.country in (p_country, '*')
     order by r.country = '*'
     limit 1), false)
$$;
comment on function billing.reverses(uuid, text, text) is
  'Internal. Does the card give back the price of a message that failed after its capture?';
