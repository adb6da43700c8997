-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 5000000, 'pi_1');
select document_id as receipt from billing.document \gset
select is((select row(name, total, lines) from billing.document(:'portal', '1', :'receipt')), row('R-000001'::text, 5000000::bigint, '[{"what": "topup", "amount": 5000000, "detail": {}, "quantity": 1}]'::jsonb), 'a document with its lines');
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}'));
select is((select related_name from billing.document(:'portal', '1', (select document_id from billing.document where kind = 'credit_note'))), 'R-000001', 'and the name of the one it corrects');
select is(tests.refusal(format('select billing.document(%L, ''1'', %L)', :'portal', gen_random_uuid())), 'WB404 unknown_document', 'one that there is');
select is(tests.refusal(format('select billing.document(%L, ''12'', %L)', :'portal', :'receipt')), 'WB403 permission', 'not for everybody');
select * from finish();
rollback;
