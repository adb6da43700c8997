-- The portals of a customer with their channels counted and their wallets: wallet is none, open or frozen; available =
-- balance - held + overdraft_limit; owed is what could not be paid. For the provider's staff (the caller is trusted).
-- Amounts in millionths of currency, the wallet's (without one, the customer's). Locks nothing.
create or replace function tenancy.customer_portals(p_customer_id uuid)
returns table (
  portal_id uuid, domain text, state text, state_reason text, time_zone text, installed_at timestamptz, channels int,
  channels_working int, wallet text, wallet_reason text, currency text, balance bigint, held bigint, overdraft_limit bigint,
  available bigint, owed bigint)
language sql stable security definer
set search_path = ''
as $$
  select p.portal_id, p.domain, p.state, p.state_reason, p.time_zone, p.installed_at, h.channels, h.working,
         coalesce(w.state, 'none'), w.state_reason, coalesce(w.currency, u.currency), coalesce(w.balance, 0)::bigint, coalesce(w.held, 0)::bigint,
         coalesce(w.overdraft_limit, 0)::bigint, coalesce(w.balance - w.held + w.overdraft_limit, 0)::bigint,
         coalesce(-a.balance, 0)::bigint
    from tenancy.customer u
    join tenancy.portal p on p.customer_id = u.customer_id
   cross join lateral (
     select count(*)::int as channels, (count(*) filter (where c.state = 'active'))::int as working
       from tenancy.channel c
      where c.portal_id = p.portal_id and c.state <> 'removed') h
    left join billing.wallet w on w.portal_id = p.portal_id
    left join billing.account a on a.portal_id = w.portal_id and a.kind = 'receivables' and a.currency = w.currency
   where u.customer_id = p_customer_id
   order by p.domain, p.portal_id
$$;
comment on function tenancy.customer_portals(uuid) is 'Directory. The portals of a customer with their channels and wallets.';
grant execute on function tenancy.customer_portals(uuid) to whatsappb24_api;
