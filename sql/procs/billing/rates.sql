-- The rows of a rate card, prices and costs in millionths of its currency. For the provider's staff (the caller is
-- trusted). Raises WB404 unknown_rate_card. Locks nothing.
create or replace function billing.rates(p_card_id uuid)
returns table (
  direction text, category text, country text, price bigint, cost bigint, moment text, free_per_month int, surcharge bigint,
  reverse_on_failure boolean)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if not exists (select from billing.rate_card c where c.card_id = p_card_id) then
    perform trace.refuse('unknown_rate_card', jsonb_build_object('card_id', p_card_id));
  end if;
  return query
    select r.direction, r.category, r.country, r.price::bigint, r.cost::bigint, r.moment, r.free_per_month, r.surcharge::bigint,
           r.reverse_on_failure
      from billing.rate r
     where r.card_id = p_card_id
     order by r.direction desc, r.category, r.country <> '*', r.country;
end
$$;
comment on function billing.rates(uuid) is 'Directory. The rows of a rate card, our costs among them.';
grant execute on function billing.rates(uuid) to whatsappb24_api;
