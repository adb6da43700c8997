-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 10000000);
select is((select method_id from billing.recharge_method(:'portal')), null, 'none is saved');
select tests.saved(:'portal', 'pp', 'paypal');
select is((select method_id from billing.recharge_method(:'portal')), null, 'PayPal''s cannot be charged');
select tests.saved(:'portal', 'pm_1') as first \gset
select tests.pass('1 minute');
select tests.saved(:'portal', 'pm_2') as second \gset
select is((select method_id from billing.recharge_method(:'portal')), :'second'::uuid, 'the newest counts');
select billing.set_recharge(:'portal', '1', jsonb_build_object('is_on', true, 'threshold', 1, 'amount', 9000000, 'monthly_cap', 9000000, 'method_id', :'first', 'consent', '{"text_version": "1"}'::jsonb));
select is((select method_id from billing.recharge_method(:'portal')), :'first'::uuid, 'unless the order names another');
select billing.remove_method(:'portal', '1', :'first');
select is((select method_id from billing.recharge_method(:'portal')), null, 'which is not replaced without his consent');
select * from finish();
rollback;
