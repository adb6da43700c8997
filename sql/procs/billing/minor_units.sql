-- How a provider writes a currency: decimals of its minor unit, the smallest step and the least it charges, in millionths.
-- No row: it cannot be paid in that currency, or only in its country. Locks nothing.
create or replace function billing.minor_units(p_currency text, p_provider text)
returns table (exponent int, grain bigint, minimum bigint)
language sql stable security definer
set search_path = ''
as $$
  select c.exponent::int, c.grain::bigint, c.minimum::bigint
    from billing.provider_currency c
   where c.provider = p_provider and c.currency = p_currency and not c.in_country_only
$$;
comment on function billing.minor_units(text, text) is
  'Platform. How a provider writes a currency: decimals, smallest step and least charge in millionths; nothing where it is not offered.';
grant execute on function billing.minor_units(text, text) to whatsappb24_api, whatsappb24_worker;
