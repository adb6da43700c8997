-- Payments of all portals, newest first, with their customer, what may still be given back (refundable, in steps of step; all or nothing
-- where has_parts is false), how many cases are open against each, its receipt, and the wallet's balance and what is owed now.
-- p_from, p_to: opened in; p_before: the payment_id of the last one seen; p_payment_id: that one. For the provider's staff (the
-- caller is trusted). Amounts in millionths of currency. Raises WB400 malformed_call. Locks nothing.
create or replace function billing.staff_payments(
  p_state text default null, p_provider text default null, p_customer_id uuid default null, p_portal_id uuid default null,
  p_payment_id uuid default null, p_from timestamptz default null, p_to timestamptz default null, p_before uuid default null,
  p_limit int default 50)
returns table (
  portal_id uuid, domain text, customer_id uuid, trade_name text, payment_id uuid, parent_id uuid, provider text, kind text, amount bigint,
  currency text, state text, state_reason text, is_open boolean, actor text, livemode boolean, captured bigint, tax bigint, bonus bigint,
  refunded bigint, disputed bigint, refundable bigint, step bigint, has_parts boolean, open_disputes int, money_object text,
  method_label text, receipt_id uuid, receipt_name text, opened_at timestamptz, paid_at timestamptz, balance bigint, owed bigint)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  end if;
  return query
    select p.portal_id, p.domain, p.customer_id, p.trade_name, p.payment_id, p.parent_id, p.provider, p.kind, p.amount::bigint, p.currency,
           p.state, p.state_reason, s.is_open, tenancy.actor_name(p.actor), p.livemode, p.captured::bigint, p.tax::bigint, p.bonus::bigint,
           p.refunded::bigint, p.disputed::bigint, billing.refundable(p.payment), coalesce(c.grain, 1)::bigint,
           'partial_refund' = any (v.capabilities),
           (select count(*)::int from billing.dispute d
             where d.portal_id = p.portal_id and d.payment_id = p.payment_id and d.state = 'open'),
           p.money_object, p.method_label, r.document_id, r.name, p.opened_at, p.paid_at, w.balance::bigint, coalesce(-a.balance, 0)::bigint
      from (
        select x as payment, x.*, t.domain, u.customer_id, u.trade_name
          from billing.payment x
          join tenancy.portal t on t.portal_id = x.portal_id
          join tenancy.customer u on u.customer_id = t.customer_id
         where (p_state is null or x.state = p_state) and (p_provider is null or x.provider = p_provider)
           and (p_customer_id is null or u.customer_id = p_customer_id) and (p_portal_id is null or x.portal_id = p_portal_id)
           and (p_payment_id is null or x.payment_id = p_payment_id) and (p_from is null or x.opened_at >= p_from)
           and (p_to is null or x.opened_at < p_to) and (p_before is null or x.payment_id < p_before)
         order by x.payment_id desc
         limit p_limit) p
      join billing.payment_state s on s.state = p.state
      join billing.provider v on v.provider = p.provider
      join billing.wallet w on w.portal_id = p.portal_id
      left join billing.provider_currency c on c.provider = p.provider and c.currency = p.currency
      left join billing.account a on a.portal_id = p.portal_id and a.kind = 'receivables' and a.currency = w.currency
      left join billing.document r on r.portal_id = p.portal_id and r.payment_id = p.payment_id and r.kind = 'receipt'
     order by p.payment_id desc;
end
$$;
comment on function billing.staff_payments(text, text, uuid, uuid, uuid, timestamptz, timestamptz, uuid, int) is
  'Platform. Payments of all portals, newest first, with customer, receipt and what may be given back, for staff.';
grant execute on function billing.staff_payments(text, text, uuid, uuid, uuid, timestamptz, timestamptz, uuid, int) to whatsappb24_api;
