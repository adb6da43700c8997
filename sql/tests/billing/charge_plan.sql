-- requirement: R2.1-b, R2.4-c
begin;
select plan(1);
select tests.create_portal() as portal \gset
select is(tests.refusal(format('select billing.charge_plan(%L, ''a'', 0, ''USD'', ''{}'')', :'portal')), 'accepted', 'a price of zero asks nobody');
select * from finish();
rollback;
