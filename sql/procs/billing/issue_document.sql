-- Issues a document: gives it the next number of its issuer's series, and freezes who issues it, to whom (with his tax id) and what it
-- says. p_lines: [{what, detail, quantity, amount (millionths, net)}]. Once per key; again it returns the same document. For payments and
-- invoices, as the last thing they do. The customer's contacts get it by mail. Returns the document's id. Locks the issuer's row, which no other lock follows.
create or replace function billing.issue_document(
  p_portal_id uuid, p_kind text, p_key text, p_currency text, p_tax bigint, p_lines jsonb, p_content jsonb,
  p_payment_id uuid default null, p_related_id uuid default null) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_document billing.document;
  v_series billing.document_series;
  v_net bigint := (select coalesce(sum((l ->> 'amount')::bigint), 0) from jsonb_array_elements(p_lines) l);
  v_issuer jsonb;
begin
  select i.facts into v_issuer from billing.issuer i where i.issuer = 'main' for update;
  select * into v_document from billing.document d where d.portal_id = p_portal_id and d.key = p_key;
  if found then
    return v_document.document_id;
  end if;
  update billing.document_series s set last_number = s.last_number + 1
   where s.issuer = 'main' and s.kind = p_kind
  returning * into v_series;
  insert into billing.document (
    portal_id, document_id, issuer, kind, number, name, key, payment_id, related_id, currency, net, tax, total, language, content, issued_at)
  select p_portal_id, tenancy.new_id(), v_series.issuer, p_kind, v_series.last_number,
         v_series.prefix || lpad(v_series.last_number::text, greatest(length(v_series.last_number::text), 6), '0'),
         p_key, p_payment_id, p_related_id, p_currency, v_net, p_tax, v_net + p_tax, u.language,
         p_content || jsonb_build_object('issuer', v_issuer, 'customer', jsonb_build_object(
           'legal_name', u.legal_name, 'trade_name', u.trade_name, 'tax_id_type', u.tax_id_type, 'tax_id', u.tax_id, 'country', u.country,
           'billing_address', u.billing_address), 'portal', o.domain, 'time_zone', o.time_zone), v_now
    from tenancy.portal o
    join tenancy.customer u on u.customer_id = o.customer_id
   where o.portal_id = p_portal_id
  returning * into strict v_document;
  insert into billing.document_line (portal_id, document_id, line, what, detail, quantity, amount)
  select p_portal_id, v_document.document_id, l.i, l.x ->> 'what', coalesce(l.x -> 'detail', '{}'), coalesce((l.x ->> 'quantity')::bigint, 1),
         (l.x ->> 'amount')::bigint
    from jsonb_array_elements(p_lines) with ordinality l(x, i);
  insert into billing.mail (portal_id, mail_id, key, kind, document_id, at, expires_at, due_at)
  values (p_portal_id, tenancy.new_id(), 'document:' || v_document.document_id, p_kind, v_document.document_id, v_now, v_now + interval '7 days', v_now);
  return v_document.document_id;
end
$$;
comment on function billing.issue_document(uuid, text, text, text, bigint, jsonb, jsonb, uuid, uuid) is
  'Internal. Issues a document with the next number of its series, its content frozen; once per key.';
