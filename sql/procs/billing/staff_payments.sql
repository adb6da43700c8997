-- Payments of all portals, or of one, newest first. p_before: the payment_id of the last one seen; p_limit at most 200. For staff (the
-- caller is trusted). Amounts in millionths. Locks nothing.
create or replace function billing.staff_payments(p_portal_id uuid default null, p_state text default null, p_before uuid default null, p_limit int default 50)
returns table (
  portal_id uuid, domain text, payment_id uuid, provider text, kind text, amount bigint, currency text, state text, state_reason text, actor text,
  livemode boolean, captured bigint, tax bigint, bonus bigint, refunded bigint, disputed bigint, money_object text, opened_at timestamptz,
  paid_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select p.portal_id, t.domain, p.payment_id, p.provider, p.kind, p.amount::bigint, p.currency, p.state, p.state_reason, p.actor, p.livemode,
         p.captured::bigint, p.tax::bigint, p.bonus::bigint, p.refunded::bigint, p.disputed::bigint, p.money_object, p.opened_at, p.paid_at
    from billing.payment p
    join tenancy.portal t on t.portal_id = p.portal_id
   where (p_portal_id is null or p.portal_id = p_portal_id) and (p_state is null or p.state = p_state)
     and (p_before is null or p.payment_id < p_before)
   order by p.payment_id desc
   limit least(greatest(p_limit, 1), 200)
$$;
comment on function billing.staff_payments(uuid, text, uuid, int) is 'Platform. Payments of all portals or of one, newest first, for staff.';
grant execute on function billing.staff_payments(uuid, text, uuid, int) to whatsappb24_api;
