-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}'));
select is((select array_agg(amount || ' ' || state || ' ' || actor) from billing.refunds(:'portal', '1', :'payment')), array['5000000 succeeded stripe'], 'a payment''s refunds');
select is(tests.refusal(format('select billing.refunds(%L, ''12'', %L)', :'portal', :'payment')), 'WB403 permission', 'not for everybody');
select * from finish();
rollback;
