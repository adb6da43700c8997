-- requirement: R2.4-a, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select results_eq(format($$select trade_name, contacts, language, currency, state, version, portals from tenancy.customer_of(%L, '1')$$, :'portal'),
  $$values ('p1.example', '[{"name": "Ana Admin"}]'::jsonb, 'es', 'USD', 'active', 1, 1)$$, 'a portal has a customer from its installation on, as far as it is known');
select isnt((select customer_id from tenancy.customer_of(:'portal', '1')), (select customer_id from tenancy.customer_of(:'other', '1')), 'each its own');
select is(tests.refusal(format('select tenancy.customer_of(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent does not see it');
select tests.create_portal() \g /dev/null
select is((select count(*) from tenancy.customer), 2::bigint, 'installing again makes no other one');
select * from finish();
rollback;
