-- requirement: R2.4-a, R2.4-c
begin;
select plan(2);
create function pg_temp.fault(p_changes jsonb) returns text language sql as $$
  select tenancy.customer_fault(p_changes, p_changes ->> 'tax_id_type', p_changes ->> 'country', p_changes ->> 'tax_id')
$$;
select is_empty($$select c from unnest(array['{}', '{"legal_name": null}', '{"trade_name": "ACME"}', '{"country": "MX", "tax_id_type": "RFC", "tax_id": "MAB9307148T4"}',
  '{"billing_address": {"street": "Reforma 1"}}', '{"contacts": [{"name": "Ana", "email": "ana@example.org"}]}', '{"contacts": []}', '{"language": "pt"}']::jsonb[]) c
  where pg_temp.fault(c) is not null$$, 'what is good');
select is_empty($$select c, f, pg_temp.fault(c) from (values ('{"currency": "MXN"}'::jsonb, 'currency'), ('{"customer_id": "x"}', 'customer_id'), ('{"legal_name": ""}', 'legal_name'),
  ('{"trade_name": null}', 'trade_name'), ('{"country": "Mexico"}', 'country'), ('{"tax_id": "123"}', 'tax_id_type'), ('{"tax_id_type": "VAT", "tax_id": "1"}', 'tax_id_type'),
  ('{"country": "MX", "tax_id_type": "RFC", "tax_id": "MAB"}', 'tax_id'), ('{"billing_address": "Reforma 1"}', 'billing_address'), ('{"billing_address": {"street": 1}}', 'billing_address'),
  ('{"contacts": {}}', 'contacts'), ('{"contacts": ["Ana"]}', 'contacts'), ('{"contacts": [{"email": "ana"}]}', 'contacts'), ('{"language": "fr"}', 'language')) t(c, f)
  where pg_temp.fault(c) is distinct from f$$, 'what is not, by name');
select * from finish();
rollback;
