-- The document that a letter carries, as billing.document() tells it. For the worker that sends it. Raises WB404 unknown_document. Locks
-- nothing.
create or replace function billing.mailed_document(p_portal_id uuid, p_mail_id uuid)
returns table (
  document_id uuid, kind text, name text, currency text, net bigint, tax bigint, total bigint, payment_id uuid, related_id uuid,
  related_name text, language text, content jsonb, lines jsonb, issued_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select d.document_id, d.kind, d.name, d.currency, d.net, d.tax, d.total, d.payment_id, d.related_id, d.related_name, d.language, d.content,
         d.lines, d.issued_at
    from (select (select m.document_id from billing.mail m where m.portal_id = p_portal_id and m.mail_id = p_mail_id) as id) m
   cross join lateral billing.staff_document(p_portal_id, m.id) d
$$;
comment on function billing.mailed_document(uuid, uuid) is 'Tenant. The document that a letter carries, with its lines.';
grant execute on function billing.mailed_document(uuid, uuid) to whatsappb24_worker;
