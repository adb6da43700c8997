-- Disputes of all portals, the open ones first by the instant until which evidence is taken. p_state: open, closed or null (all); p_limit at
-- most 200. For staff (the caller is trusted). Amounts in millionths. Locks nothing.
create or replace function billing.disputes(p_state text default 'open', p_limit int default 100)
returns table (
  portal_id uuid, domain text, dispute_key text, payment_id uuid, provider text, amount bigint, currency text, state text, status text,
  reason text, due_by timestamptz, opened_at timestamptz, closed_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select d.portal_id, t.domain, d.dispute_key, d.payment_id, p.provider, d.amount::bigint, d.currency, d.state, d.status, d.reason, d.due_by,
         d.opened_at, d.closed_at
    from billing.dispute d
    join billing.payment p on p.portal_id = d.portal_id and p.payment_id = d.payment_id
    join tenancy.portal t on t.portal_id = d.portal_id
   where p_state is null or d.state = p_state
   order by d.state desc, d.due_by nulls last, d.opened_at, d.dispute_key
   limit least(greatest(p_limit, 1), 200)
$$;
comment on function billing.disputes(text, int) is
  'Platform. Disputes of all portals with their due dates, the open ones first, for staff.';
grant execute on function billing.disputes(text, int) to whatsappb24_api, whatsappb24_worker;
