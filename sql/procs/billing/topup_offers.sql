-- With what this portal may top up, in its wallet's currency (its customer's where it has none yet): each provider that takes
-- the currency, what it can do, least and most, its step, amounts to choose from, and the bonus. p_providers: those that this
-- installation has credentials of (null: all). Needs billing.view. Amounts in millionths. Raises WB403 permission. Locks nothing.
create or replace function billing.topup_offers(p_portal_id uuid, p_user_id text, p_providers text[] default null)
returns table (
  provider text, currency text, minimum bigint, maximum bigint, grain bigint, choices bigint[], bonus_from bigint, bonus_percent numeric,
  capabilities text[])
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select c.provider, c.currency, (ceil(greatest(r.minimum, c.minimum)::numeric / c.grain) * c.grain)::bigint,
           (r.maximum / c.grain * c.grain)::bigint, c.grain::bigint, r.choices::bigint[], r.bonus_from::bigint, r.bonus_percent, p.capabilities
      from billing.topup_rule r
      join billing.provider_currency c on c.currency = r.currency and not c.in_country_only
      join billing.provider p on p.provider = c.provider
     where r.currency = coalesce((select w.currency from billing.wallet w where w.portal_id = p_portal_id), billing.currency_of(p_portal_id))
       and (p_providers is null or c.provider = any (p_providers))
     order by c.provider desc;
end
$$;
comment on function billing.topup_offers(uuid, text, text[]) is
  'Tenant. With what this portal may top up: providers that take its currency, limits, choices and bonus.';
grant execute on function billing.topup_offers(uuid, text, text[]) to whatsappb24_api;
