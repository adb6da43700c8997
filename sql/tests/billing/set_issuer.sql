-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.set_issuer('eva', '{"legal_name": "Socio B24 SAS", "tax_id_type": "NIT", "tax_id": "900123456"}');
select tests.top_up(:'portal');
select is((select content -> 'issuer' ->> 'tax_id' from billing.document), '900123456', 'documents name it from then on');
select is((select changed_by from billing.issuer), 'eva', 'and who set it is known');
select is(tests.refusal($$select billing.set_issuer('eva', '{"legal_name": ""}')$$) || ', ' || tests.refusal($$select billing.set_issuer('eva', '{"legal_name": "x", "iban": "y"}')$$), 'WB400 malformed_call, WB400 malformed_call', 'it has a name, and nothing that a document does not say');
select billing.set_issuer('ada', '{"legal_name": "Socio B24 SAS", "tax_id_type": "NIT", "tax_id": "900123456"}');
select is((select array_agg(actor) from billing.issuer_change), array['eva'], 'the same again is no change');
select is((select (before ->> 'legal_name') || ' > ' || (after ->> 'legal_name') from billing.issuer_change), 'WhatsAppB24 > Socio B24 SAS', 'each change stays, before and after');
select * from finish();
rollback;
