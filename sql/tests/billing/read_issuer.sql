-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select billing.set_issuer('eva', '{"legal_name": "Socio B24 SAS"}');
select tests.pass('1 second');
select billing.set_series('eva', 'invoice', 'FAC-');
select is((select row(facts ->> 'legal_name', changed_by) from billing.read_issuer()), row('Socio B24 SAS'::text, 'eva'::text), 'who issues documents');
select is((select string_agg(concat_ws(' ', s ->> 'kind', s ->> 'prefix', s ->> 'last_number'), ', ' order by o) from billing.read_issuer() cross join jsonb_array_elements(series) with ordinality x(s, o)),
  'receipt R- 0, invoice FAC- 0, credit_note NC- 0, debit_note ND- 0', 'under which numbers');
select is((select string_agg(c -> 'after' ->> 'prefix', ',' order by o) from billing.read_issuer() cross join jsonb_array_elements(changes) with ordinality x(c, o) where o = 1), 'FAC-', 'and who changed what, the newest first');
select * from finish();
rollback;
