-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select tests.top_up(:'portal', 500000000) as payment \gset
select refund_id as small from billing.open_refund(:'portal', 'eva', :'payment', 5000000, 'cortesía', 'a') \gset
select tests.pass('1 second');
select refund_id as big from billing.open_refund(:'portal', 'eva', :'payment', 200000000, 'se va', 'b') \gset
select is((select string_agg(concat_ws(' ', reason, amount, captured, state, asked_by), ', ') from billing.staff_refunds('eva')), 'se va 200000000 500000000 proposed eva, cortesía 5000000 500000000 asked eva', 'the newest first');
select is((select may from billing.staff_refunds('eva', 'proposed')), '{reject}', 'whoever asked may take it back');
select is((select may from billing.staff_refunds('ada', 'proposed')), '{approve,reject}', 'a second person decides');
select is((select array_agg(refund_id) from billing.staff_refunds('ada', p_payment_id => :'payment', p_customer_id => :'customer', p_before => :'big')), array[:'small']::uuid[], 'of a payment, page by page');
select is_empty($$select from billing.staff_refunds('ada', p_customer_id => gen_random_uuid())$$, 'a customer''s alone');
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', jsonb_build_object('payment', 'pi_1', 'refund_id', :'small')));
select is((select row(state, document, may) from billing.staff_refunds('ada') where refund_id = :'small'), row('succeeded'::text, 'NC-000001'::text, '{}'::text[]), 'the result with its credit note');
select is((select row(asked_by, state) from billing.staff_refunds('ada') where refund_id = :'small'), row('eva'::text, 'succeeded'::text), 'is the refund that was asked for');
select is(tests.refusal($$select billing.staff_refunds('ada', 'lost')$$), 'WB400 malformed_call', 'in a state that there is');
select * from finish();
rollback;
