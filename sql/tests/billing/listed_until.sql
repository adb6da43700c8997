-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select is(billing.listed_until('stripe'), null, 'nothing was read yet');
select is(billing.listed_until('stripe', '2026-11-22 11:00+00'), '2026-11-22 11:00+00'::timestamptz, 'a round was read');
select is(billing.listed_until('stripe', '2026-11-22 10:00+00'), '2026-11-22 11:00+00'::timestamptz, 'it never goes back');
select is(billing.listed_until('paypal'), null, 'each provider has its own');
select * from finish();
rollback;
