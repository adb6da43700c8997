-- requirement: R2.4-a, R2.4-c
begin;
select plan(2);
select tests.create_portal() as portal \gset
select is(billing.currency_of(:'portal'), 'USD', 'a portal is charged in its customer''s currency');
select is(billing.currency_of(gen_random_uuid()), null, 'what is no portal is not charged');
select * from finish();
rollback;
