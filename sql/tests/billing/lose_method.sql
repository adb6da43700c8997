-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'eva');
select tests.saved(:'portal') as method \gset
select is(billing.lose_method('stripe', sha256('pm_1')), 1, 'a method that is gone at the provider');
select is((select is_usable from billing.payment_method), false, 'is not used any more');
select is(billing.lose_method('stripe', sha256('pm_1')), 0, 'once');
select * from finish();
rollback;
