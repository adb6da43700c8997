-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.set_issuer('eva', '{"legal_name": "Socio B24 SAS", "tax_id_type": "NIT", "tax_id": "900123456"}');
select tests.top_up(:'portal');
select is((select content -> 'issuer' ->> 'tax_id' from billing.document), '900123456', 'documents name it from then on');
select is((select changed_by from billing.issuer), 'eva', 'and who set it is known');
select is(tests.refusal($$select billing.set_issuer('eva', '{"legal_name": ""}')$$) || ', ' || tests.refusal($$select billing.set_issuer('eva', '{"legal_name": "x", "iban": "y"}')$$), 'WB400 malformed_call, WB400 malformed_call', 'it has a name, and nothing that a document does not say');
select * from finish();
rollback;
