-- How one payment stands, for the page that waits for it. Needs billing.view. Amounts in millionths. Raises WB403 permission, WB404
-- unknown_payment. Locks nothing.
create or replace function billing.payment(p_portal_id uuid, p_user_id text, p_payment_id uuid)
returns table (
  payment_id uuid, provider text, kind text, amount bigint, currency text, state text, state_reason text, is_open boolean, captured bigint,
  tax bigint, bonus bigint, refunded bigint, disputed bigint, paid_at timestamptz, url text, url_expires_at timestamptz, receipt_id uuid)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select p.payment_id, p.provider, p.kind, p.amount::bigint, p.currency, p.state, p.state_reason, s.is_open, p.captured::bigint, p.tax::bigint,
           p.bonus::bigint, p.refunded::bigint, p.disputed::bigint, p.paid_at, p.url, p.url_expires_at,
           (select d.document_id from billing.document d
             where d.portal_id = p.portal_id and d.payment_id = p.payment_id and d.kind = 'receipt')
      from billing.payment p
      join billing.payment_state s on s.state = p.state
     where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  end if;
end
$$;
comment on function billing.payment(uuid, text, uuid) is 'Tenant. How one payment stands, for the page that waits for it.';
grant execute on function billing.payment(uuid, text, uuid) to whatsappb24_api;
