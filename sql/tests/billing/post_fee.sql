-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select is(tests.booked(tests.proof('fee', 900000, 'stripe:pi:pi_1:fee', '{"payment": "pi_1"}', '{"currency": "MXN"}')), 'done', 'a fee may be in the merchant''s currency');
select is((select array_agg(kind || ' ' || currency || ' ' || balance order by kind, currency) from billing.account), array['clearing_stripe MXN 900000', 'clearing_stripe USD -20000000', 'fees MXN -900000'], 'each currency has its accounts');
select is(tests.wallet(:'portal'), '20000000 0', 'the customer''s credit is not touched');
select * from finish();
rollback;
