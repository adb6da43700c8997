-- Customers, the newest first, each with its portals' domains, channels and money added up. p_text: in a name, the tax
-- id, a portal's domain or a channel's number (neither case nor accents matter). p_before: the customer_id of the last
-- one seen. For the provider's staff (the caller is trusted). Amounts in millionths of the customer's currency, null
-- where no portal has a wallet. Raises WB400 malformed_call. Locks nothing.
create or replace function tenancy.customers(p_text text default null, p_before uuid default null, p_limit int default 50)
returns table (
  customer_id uuid, trade_name text, legal_name text, tax_id_type text, tax_id text, country text, currency text, state text,
  domains text[], channels int, channels_working int, balance bigint, held bigint, owed bigint, is_frozen boolean,
  created_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_like text := messaging.any_accent(p_text);
  v_tax_id text := nullif(regexp_replace(upper(p_text), '[ ./-]', '', 'g'), '');
  v_digits text := case when p_text ~ '^[+0-9 ().-]+$' then nullif(regexp_replace(p_text, '[^0-9]', '', 'g'), '') end;
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  end if;
  return query
    select u.customer_id, u.trade_name, u.legal_name, u.tax_id_type, u.tax_id, u.country, u.currency, u.state, p.domains, h.channels,
           h.working, w.balance, w.held, coalesce(w.owed, 0), coalesce(w.is_frozen, false), u.created_at
      from tenancy.customer u
     cross join lateral (
       select coalesce(array_agg(x.domain order by x.domain), '{}') as domains from tenancy.portal x where x.customer_id = u.customer_id) p
     cross join lateral (
       select count(*)::int as channels, (count(*) filter (where c.state = 'active'))::int as working
         from tenancy.portal x
         join tenancy.channel c on c.portal_id = x.portal_id
        where x.customer_id = u.customer_id and c.state <> 'removed') h
     cross join lateral (
       select sum(y.balance)::bigint as balance, sum(y.held)::bigint as held, sum(-a.balance)::bigint as owed, bool_or(y.state = 'frozen') as is_frozen
         from tenancy.portal x
         join billing.wallet y on y.portal_id = x.portal_id and y.currency = u.currency
         left join billing.account a on a.portal_id = y.portal_id and a.kind = 'receivables' and a.currency = y.currency
        where x.customer_id = u.customer_id) w
     where (p_before is null or u.customer_id < p_before)
       and (v_like is null or u.trade_name ~* v_like or u.legal_name ~* v_like or position(v_tax_id in u.tax_id) > 0
            or exists (select from tenancy.portal x where x.customer_id = u.customer_id and x.domain ~* v_like)
            or v_digits is not null and exists (
              select from tenancy.portal x
                join tenancy.channel c on c.portal_id = x.portal_id
               where x.customer_id = u.customer_id and c.state <> 'removed' and position(v_digits in c.phone) > 0))
     order by u.customer_id desc
     limit p_limit;
end
$$;
comment on function tenancy.customers(text, uuid, int) is
  'Directory. Customers with their portals, channels and money, found by name, tax id, domain or number; newest first.';
grant execute on function tenancy.customers(text, uuid, int) to whatsappb24_api;
