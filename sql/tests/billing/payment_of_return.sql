-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select is((select row(portal_id, payment_id, state, is_open, ids) from billing.payment_of_return(sha256('k1'))), row(:'portal'::uuid, :'payment'::uuid, 'created'::text, true, jsonb_build_object('payment_id', :'payment')), 'who comes back finds his payment');
select is(tests.refusal('select billing.payment_of_return(sha256(''k2''))'), 'WB404 unknown_payment', 'nobody finds another');
select is(tests.wallet(:'portal'), '0 0', 'coming back moves no money');
select * from finish();
rollback;
