-- requirement: R4-b, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select billing.set_exchange_rates('eva', '[{"currency": "MXN", "day": "2026-11-01", "per_usd": "16"}, {"currency": "MXN", "day": "2026-11-20", "per_usd": "20"}]');
select is(billing.dollars('USD', '2020-01-01'), 1::numeric, 'a dollar is a dollar');
select is(billing.dollars('MXN', '2026-11-19'), 0.0625, 'a rate counts until the next one');
select is(billing.dollars('MXN', '2026-11-20'), 0.05, 'which counts from its day on');
select is(billing.dollars('MXN', '2026-10-31'), null, 'before the first one nothing is known');
select * from finish();
rollback;
