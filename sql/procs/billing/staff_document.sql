-- One document as it was frozen when it was issued, with its lines [{what, detail, quantity, amount}] and the name of the one it
-- corrects: all that a page to print needs. For the provider's staff (the caller is trusted), and for billing.document(). Amounts in
-- millionths. Raises WB404 unknown_document. Locks nothing.
create or replace function billing.staff_document(p_portal_id uuid, p_document_id uuid)
returns table (
  document_id uuid, kind text, name text, currency text, net bigint, tax bigint, total bigint, payment_id uuid, related_id uuid,
  related_name text, language text, content jsonb, lines jsonb, issued_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
    select d.document_id, d.kind, d.name, d.currency, d.net::bigint, d.tax::bigint, d.total::bigint, d.payment_id, d.related_id, r.name,
           d.language, d.content,
           (select coalesce(jsonb_agg(jsonb_build_object('what', l.what, 'detail', l.detail, 'quantity', l.quantity, 'amount', l.amount)
                     order by l.line), '[]')
              from billing.document_line l where l.portal_id = d.portal_id and l.document_id = d.document_id),
           d.issued_at
      from billing.document d
      left join billing.document r on r.portal_id = d.portal_id and r.document_id = d.related_id
     where d.portal_id = p_portal_id and d.document_id = p_document_id;
  if not found then
    perform trace.refuse('unknown_document', jsonb_build_object('document_id', p_document_id));
  end if;
end
$$;
comment on function billing.staff_document(uuid, uuid) is
  'Tenant. One document as it was frozen when it was issued, with its lines, for the provider''s staff.';
grant execute on function billing.staff_document(uuid, uuid) to whatsappb24_api;
