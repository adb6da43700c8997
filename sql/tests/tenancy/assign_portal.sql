-- requirement: R2.4-a, R2.4-c
begin;
select plan(9);
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select customer_id as former from tenancy.portal where portal_id = :'other' \gset
select tenancy.assign_portal('staff', :'other', :'customer');
select is((select portals from tenancy.customer_of(:'other', '1')), 2, 'one customer owns two portals');
select is((select customer_id from tenancy.customer_of(:'other', '1')), :'customer'::uuid, 'the second one is his');
select is((select state from tenancy.customer where customer_id = :'former'), 'closed', 'whoever owned it has none left');
select is((select row(customer_id, actor, after) from tenancy.customer_change), row(:'former'::uuid, 'staff'::text, '{"state": "closed"}'::jsonb), 'which is kept');
select is(tests.refusal(format('select tenancy.assign_portal(''staff'', %L, %L)', :'other', :'customer')), 'accepted', 'again is once');
select is(tests.refusal(format('select tenancy.assign_portal(''staff'', %L, %L)', gen_random_uuid(), :'customer')), 'WB404 unknown_portal', 'a portal that we have');
select is(tests.refusal(format('select tenancy.assign_portal(''staff'', %L, %L)', :'other', gen_random_uuid())), 'WB404 unknown_customer', 'a customer that we have');
select tenancy.assign_portal('staff', :'other', :'former');
select is((select state from tenancy.customer where customer_id = :'former'), 'active', 'whoever gets one is open again');
select tenancy.assign_portal('staff', :'other', :'customer');
update tenancy.customer set currency = 'MXN' where customer_id = :'former';
select is(tests.refusal(format('select tenancy.assign_portal(''staff'', %L, %L)', :'other', :'former')), 'WB409 customer_currency', 'of the same currency');
select * from finish();
rollback;
