-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select billing.bind_objects(:'portal', :'payment', 'stripe', '{"checkout": "cs_1", "customer": "cus_1"}');
select is(billing.objects_of(:'portal', :'payment'), jsonb_build_object('checkout', 'cs_1', 'customer', 'cus_1', 'payment_id', :'payment'), 'a payment''s objects, with the customer');
select tests.opened(:'portal', '{"key": "k2"}') as second \gset
select is(billing.objects_of(:'portal', :'second'), jsonb_build_object('customer', 'cus_1', 'payment_id', :'second'), 'each payment its own');
select * from finish();
rollback;
