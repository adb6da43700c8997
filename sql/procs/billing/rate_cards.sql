-- Rate cards as staff see them, the newest first: standing says where a card is (draft, discarded, upcoming, in_force,
-- ended); rates, how many rows it has; replaces, for a draft, the card that is in force when it would begin and has no
-- end by then. p_card_id: that one alone. p_before: the card_id of the last one seen. For the provider's staff (the
-- caller is trusted). Raises WB404 unknown_rate_card, WB400 malformed_call. Locks nothing.
create or replace function billing.rate_cards(p_card_id uuid default null, p_before uuid default null, p_limit int default 50)
returns table (
  card_id uuid, tariff text, name text, currency text, standing text, valid_from timestamptz, valid_until timestamptz, rates int,
  replaces uuid, replaces_name text, created_by text, created_at timestamptz, published_by text, published_at timestamptz,
  retired_by text, retired_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  elsif p_card_id is not null and not exists (select from billing.rate_card c where c.card_id = p_card_id) then
    perform trace.refuse('unknown_rate_card', jsonb_build_object('card_id', p_card_id));
  end if;
  return query
    select c.card_id, c.tariff, c.name, c.currency,
           case
             when c.state = 'draft' then 'draft'
             when c.published_at is null then 'discarded'
             when c.valid_until <= v_now then 'ended'
             when c.valid_from > v_now then 'upcoming'
             else 'in_force' end,
           c.valid_from, nullif(c.valid_until, 'infinity'),
           (select count(*)::int from billing.rate r where r.card_id = c.card_id),
           o.card_id, o.name, tenancy.actor_name(c.created_by), c.created_at, tenancy.actor_name(c.published_by), c.published_at,
           tenancy.actor_name(c.retired_by), c.retired_at
      from billing.rate_card c
      left join lateral (
        select x.card_id, x.name
          from billing.rate_card x
         where c.state = 'draft' and x.tariff = c.tariff and x.currency = c.currency and x.published_at is not null
           and x.valid_from <= greatest(c.valid_from, v_now) and greatest(c.valid_from, v_now) < x.valid_until
         limit 1) o on true
     where (p_card_id is null or c.card_id = p_card_id) and (p_before is null or c.card_id < p_before)
     order by c.card_id desc
     limit p_limit;
end
$$;
comment on function billing.rate_cards(uuid, uuid, int) is
  'Directory. Rate cards with where they stand and which one a draft would replace, newest first.';
grant execute on function billing.rate_cards(uuid, uuid, int) to whatsappb24_api;
