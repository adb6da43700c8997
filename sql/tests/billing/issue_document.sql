-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'eva');
update tenancy.customer set legal_name = 'Acme SA', tax_id_type = 'NIT', tax_id = '900123456', country = 'CO';
create function pg_temp.issues(p_portal uuid, p_kind text, p_key text) returns uuid language sql as $$
  select billing.issue_document(p_portal, p_kind, p_key, 'USD', 16, '[{"what": "topup", "amount": 60}, {"what": "bonus", "amount": 40, "quantity": 2}]', '{"note": 1}')
$$;
select pg_temp.issues(:'portal', 'receipt', 'a') as first \gset
select is((select row(name, number, net::bigint, tax::bigint, total::bigint, language) from billing.document), row('R-000001'::text, 1::bigint, 100::bigint, 16::bigint, 116::bigint, 'es'::text), 'a document has the next number and its sums');
select is((select content -> 'customer' ->> 'tax_id' || ' ' || (content -> 'issuer' ->> 'legal_name') || ' ' || (content ->> 'note') from billing.document), '900123456 WhatsAppB24 1', 'and says who, to whom and for what');
select is(pg_temp.issues(:'portal', 'receipt', 'a'), :'first'::uuid, 'once per key');
select pg_temp.issues(:'portal', 'invoice', 'b');
select pg_temp.issues(:'portal', 'receipt', 'c');
select is((select array_agg(name order by name) from billing.document), array['F-000001', 'R-000001', 'R-000002'], 'each kind has its numbers');
update tenancy.customer set legal_name = 'Otra SA';
select is((select content -> 'customer' ->> 'legal_name' from billing.document where document_id = :'first'), 'Acme SA', 'what was issued stays as it was');
set local role whatsappb24_owner;
select tests.refusal('delete from billing.document') as deleted \gset
select tests.refusal('update billing.document_line set amount = 1') as changed \gset
reset role;
select is(:'deleted' || ', ' || :'changed', '42501 permission denied for table document, 42501 permission denied for table document_line', 'nobody changes or deletes one');
select * from finish();
rollback;
