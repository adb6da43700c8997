-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select is((select row(state, is_open, captured, receipt_id is not null) from billing.payment(:'portal', '1', :'payment')), row('succeeded'::text, false, 20000000::bigint, true), 'the page that waits hears of it');
select is(tests.refusal(format('select billing.payment(%L, ''1'', %L)', :'portal', gen_random_uuid())), 'WB404 unknown_payment', 'of a payment that there is');
select is(tests.refusal(format('select billing.payment(%L, ''12'', %L)', :'portal', :'payment')), 'WB403 permission', 'not for everybody');
select * from finish();
rollback;
