-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('other') as other \gset
select tests.top_up(:'portal');
select document_id as receipt from billing.document \gset
select is((select row(name, total, lines -> 0 ->> 'what') from billing.staff_document(:'portal', :'receipt')), row('R-000001'::text, 20000000::bigint, 'topup'::text), 'a document with its lines');
select is(tests.refusal(format('select billing.staff_document(%L, %L)', :'other', :'receipt')), 'WB404 unknown_document', 'of that portal');
select * from finish();
rollback;
