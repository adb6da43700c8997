-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 11600000, 'pi_1', '{"tax": 1600000}') as payment \gset
select is((select row(kind, net::bigint, tax::bigint, payment_id, content -> 'payment' ->> 'reference') from billing.document), row('receipt'::text, 10000000::bigint, 1600000::bigint, :'payment'::uuid, 'pi_1'::text), 'money that came has a receipt');
select is((select row(what, amount::bigint) from billing.document_line), row('topup'::text, 10000000::bigint), 'with its line');
select tests.booked(tests.proof('refund', 5800000, 'stripe:re:re_1', '{"payment": "pi_1"}'));
select is((select row(n.net::bigint, n.tax::bigint, n.related_id) from billing.document n where n.kind = 'credit_note'), (select row(5000000::bigint, 800000::bigint, r.document_id) from billing.document r where r.kind = 'receipt'), 'what went back a credit note, to that receipt');
select * from finish();
rollback;
