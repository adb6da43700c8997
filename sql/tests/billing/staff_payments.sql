-- requirement: R4-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select tests.top_up(:'portal') as payment \gset
select tests.create_portal('other') as other \gset
select tests.pass('1 minute');
select tests.opened(:'other', '{"key": "o"}') as theirs \gset
select is((select array_agg(payment_id) from billing.staff_payments()), array[:'theirs', :'payment']::uuid[], 'of all portals, the newest first');
select is((select array_agg(payment_id) from billing.staff_payments(p_portal_id => :'portal')), array[:'payment']::uuid[], 'or of one');
select is((select array_agg(payment_id) from billing.staff_payments(p_customer_id => :'customer')), array[:'payment']::uuid[], 'or of a customer');
select is((select array_agg(payment_id) from billing.staff_payments(p_state => 'created')), array[:'theirs']::uuid[], 'or in a state');
select is_empty($$select from billing.staff_payments(p_provider => 'paypal')$$, 'or of a provider');
select is((select array_agg(payment_id) from billing.staff_payments(p_from => '2026-11-22 12:00:30+00', p_to => '2026-11-22 12:02+00')), array[:'theirs']::uuid[], 'or of some days');
select is((select array_agg(payment_id) from billing.staff_payments(p_before => :'theirs')), array[:'payment']::uuid[], 'page by page');
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}'), tests.proof('dispute_opened', 1, 'stripe:dp:a:opened', '{"payment": "pi_1", "dispute": "a"}'));
select is((select row(refunded, refundable, step, has_parts, open_disputes, receipt_name, balance, owed) from billing.staff_payments(p_payment_id => :'payment')),
  row(5000000::bigint, 15000000::bigint, 10000::bigint, true, 1, 'R-000001'::text, 15000000::bigint, 0::bigint), 'with what may be given back, its cases and its receipt');
select is(tests.refusal('select billing.staff_payments(p_limit => 0)'), 'WB400 malformed_call', 'some of them');
select * from finish();
rollback;
