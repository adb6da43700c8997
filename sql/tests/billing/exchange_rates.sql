-- requirement: R4-b, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select billing.set_exchange_rates('eva', '[{"currency": "MXN", "day": "2026-11-01", "per_usd": "17"}, {"currency": "MXN", "day": "2026-11-20", "per_usd": "18"}, {"currency": "MXN", "day": "2026-11-23", "per_usd": "19"}]');
select is((select row(day, per_usd, set_by_name) from billing.exchange_rates() where currency = 'MXN'), row('2026-11-20'::date, 18.00000000::numeric, 'eva'::text), 'the newest that is not to come');
select is((select row(day, per_usd) from billing.exchange_rates() where currency = 'CLP'), row(null::date, null::numeric), 'what is not known is not invented');
select is((select count(*) from billing.exchange_rates()), (select count(*) - 1 from billing.currency), 'one row for each currency but the dollar');
select * from finish();
rollback;
