-- The portal's payments, newest first, with what was refunded and disputed of each, and its receipt. p_before: the payment_id of the last
-- one seen; p_limit at most 200. Needs billing.view. Amounts in millionths; the page's address only while it is open. Raises WB403
-- permission, WB400 malformed_call. Locks nothing.
create or replace function billing.payments(p_portal_id uuid, p_user_id text, p_before uuid default null, p_limit int default 50)
returns table (
  payment_id uuid, provider text, kind text, amount bigint, currency text, every text, state text, state_reason text, is_open boolean,
  actor text, captured bigint, tax bigint, bonus bigint, refunded bigint, disputed bigint, method_label text, receipt_id uuid,
  receipt_name text, opened_at timestamptz, changed_at timestamptz, paid_at timestamptz, url text, url_expires_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  end if;
  return query
    select p.payment_id, p.provider, p.kind, p.amount::bigint, p.currency, p.every, p.state, p.state_reason, s.is_open, p.actor,
           p.captured::bigint, p.tax::bigint, p.bonus::bigint, p.refunded::bigint, p.disputed::bigint, p.method_label, d.document_id, d.name,
           p.opened_at, p.changed_at, p.paid_at, p.url, p.url_expires_at
      from billing.payment p
      join billing.payment_state s on s.state = p.state
      left join billing.document d on d.portal_id = p.portal_id and d.payment_id = p.payment_id and d.kind = 'receipt'
     where p.portal_id = p_portal_id and (p_before is null or p.payment_id < p_before)
     order by p.payment_id desc
     limit p_limit;
end
$$;
comment on function billing.payments(uuid, text, uuid, int) is 'Tenant. The portal''s payments, newest first, with refunds, disputes and receipts.';
grant execute on function billing.payments(uuid, text, uuid, int) to whatsappb24_api;
