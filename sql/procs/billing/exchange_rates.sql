-- What one US dollar buys today in each currency that a wallet may have, and since when that is known: the newest
-- rate whose day is not to come; nothing where none is known. For the provider's staff (the caller is trusted).
-- Locks nothing.
create or replace function billing.exchange_rates()
returns table (currency text, day date, per_usd numeric, set_by_name text, set_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    select c.currency, r.day, r.per_usd, tenancy.actor_name(r.set_by), r.set_at
      from billing.currency c
      left join lateral (
        select x.day, x.per_usd, x.set_by, x.set_at
          from billing.exchange_rate x
         where x.currency = c.currency and x.day <= (v_now at time zone 'UTC')::date
         order by x.day desc
         limit 1) r on true
     where c.currency <> 'USD'
     order by c.currency;
end
$$;
comment on function billing.exchange_rates() is
  'Directory. What one US dollar buys today in each currency of wallets, and since when that is known.';
grant execute on function billing.exchange_rates() to whatsappb24_api;
