-- One document as it was frozen when it was issued (billing.staff_document), for the portal's people. Needs billing.view. Amounts in
-- millionths. Raises WB403 permission, WB404 unknown_document. Locks nothing.
create or replace function billing.document(p_portal_id uuid, p_user_id text, p_document_id uuid)
returns table (
  document_id uuid, kind text, name text, currency text, net bigint, tax bigint, total bigint, payment_id uuid, related_id uuid,
  related_name text, language text, content jsonb, lines jsonb, issued_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select d.document_id, d.kind, d.name, d.currency, d.net, d.tax, d.total, d.payment_id, d.related_id, d.related_name, d.language, d.content,
           d.lines, d.issued_at
      from billing.staff_document(p_portal_id, p_document_id) d;
end
$$;
comment on function billing.document(uuid, text, uuid) is 'Tenant. One document as it was frozen when it was issued, with its lines.';
grant execute on function billing.document(uuid, text, uuid) to whatsappb24_api;
