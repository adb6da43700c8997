-- In what a rate card differs from the one that it would replace (billing.rate_cards says which), row by row: added,
-- removed or changed, with the terms before and after {price, cost, moment, free_per_month, surcharge,
-- reverse_on_failure}, amounts in millionths. Against none every row is added. For the provider's staff (the caller is
-- trusted). Raises WB404 unknown_rate_card. Locks nothing.
create or replace function billing.rate_differences(p_card_id uuid)
returns table (direction text, category text, country text, change text, before jsonb, after jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_other uuid := (select c.replaces from billing.rate_cards(p_card_id) c);
begin
  return query
    with terms as (
      select r.card_id, r.direction, r.category, r.country, to_jsonb(r) - '{card_id,direction,category,country}'::text[] as terms
        from billing.rate r
       where r.card_id in (p_card_id, v_other))
    select coalesce(a.direction, b.direction), coalesce(a.category, b.category), coalesce(a.country, b.country),
           case when b.terms is null then 'added' when a.terms is null then 'removed' else 'changed' end, b.terms, a.terms
      from (select t.direction, t.category, t.country, t.terms from terms t where t.card_id = p_card_id) a
      full join (select t.direction, t.category, t.country, t.terms from terms t where t.card_id = v_other) b
        on b.direction = a.direction and b.category = a.category and b.country = a.country
     where a.terms is distinct from b.terms
     order by 1 desc, 2, 3;
end
$$;
comment on function billing.rate_differences(uuid) is
  'Directory. In what a draft rate card differs from the one it would replace, row by row.';
grant execute on function billing.rate_differences(uuid) to whatsappb24_api;
