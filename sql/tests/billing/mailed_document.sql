-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('other') as other \gset
select tests.top_up(:'portal', 5000000);
select mail_id as mail from billing.mail \gset
select is((select row(name, total, lines -> 0 ->> 'what') from billing.mailed_document(:'portal', :'mail')), row('R-000001'::text, 5000000::bigint, 'topup'::text), 'what a letter carries');
select is(tests.refusal(format('select billing.mailed_document(%L, %L)', :'other', :'mail')), 'WB404 unknown_document', 'of that portal');
select * from finish();
rollback;
