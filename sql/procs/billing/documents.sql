-- The portal's receipts, invoices, credit and debit notes, newest first. p_before: the document_id of the last one seen; p_limit at
-- most 200. Needs billing.view. Amounts in millionths. Raises WB403 permission, WB400 malformed_call. Locks nothing.
create or replace function billing.documents(p_portal_id uuid, p_user_id text, p_before uuid default null, p_limit int default 50)
returns table (
  document_id uuid, kind text, name text, currency text, net bigint, tax bigint, total bigint, payment_id uuid, related_id uuid,
  issued_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  end if;
  return query
    select d.document_id, d.kind, d.name, d.currency, d.net::bigint, d.tax::bigint, d.total::bigint, d.payment_id, d.related_id, d.issued_at
      from billing.document d
     where d.portal_id = p_portal_id and (p_before is null or d.document_id < p_before)
     order by d.document_id desc
     limit p_limit;
end
$$;
comment on function billing.documents(uuid, text, uuid, int) is
  'Tenant. The portal''s receipts, invoices, credit and debit notes, newest first.';
grant execute on function billing.documents(uuid, text, uuid, int) to whatsappb24_api;
