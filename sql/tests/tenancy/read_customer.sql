-- requirement: R4-a, R2.4-c
begin;
select plan(2);
select tests.create_portal() as portal \gset
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select is((select row(trade_name, currency, state, version) from tenancy.read_customer(:'customer')), row('p1.example'::text, 'USD'::text, 'active'::text, 1), 'as its invoices name it');
select is(tests.refusal(format('select tenancy.read_customer(%L)', gen_random_uuid())), 'WB404 unknown_customer', 'one that there is');
select * from finish();
rollback;
