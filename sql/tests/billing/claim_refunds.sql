-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select refund_id as refund from billing.open_refund(:'portal', 'eva', :'payment', 5000000, 'lo pidió', 'a') \gset
select is((select row(portal_id, refund_id, payment_id, provider, payment, recurring, amount, is_whole, currency, language, livemode, tries) from billing.claim_refunds()),
  row(:'portal'::uuid, :'refund'::uuid, :'payment'::uuid, 'stripe'::text, 'pi_1'::text, false, 5000000::bigint, false, 'USD'::text, 'es'::text, true, 1), 'a refund with all that its command needs');
select is_empty('select from billing.claim_refunds()', 'somebody works on it');
select tests.pass('5 minutes');
select is((select tries from billing.claim_refunds()), 2, 'whoever never answered is followed by another');
select tests.pass('5 minutes');
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', jsonb_build_object('payment', 'pi_1', 'refund_id', :'refund')));
select is_empty('select from billing.claim_refunds()', 'what its evidence has decided is asked for no more');
select billing.open_refund(:'portal', 'eva', :'payment', null, 'el resto', 'b');
select is((select row(amount, is_whole) from billing.claim_refunds(p_limit => 1)), row(15000000::bigint, false), 'the rest of a payment is not the whole');
select * from finish();
rollback;
