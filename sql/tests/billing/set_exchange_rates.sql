-- requirement: R4-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.set(p_rates text) returns text language sql as $$
  select tests.refusal(format('select billing.set_exchange_rates(''eva'', %L)', p_rates))
$$;
select is(billing.set_exchange_rates('eva', '[{"currency": "MXN", "day": "2026-11-21", "per_usd": "17.25"}, {"currency": "CLP", "day": "2026-11-21", "per_usd": "940"}]'), 2, 'rates are kept');
select is(billing.set_exchange_rates('ada', '[{"currency": "MXN", "day": "2026-11-21", "per_usd": "1"}, {"currency": "MXN", "day": "2026-11-21", "per_usd": "17.5"}]'), 1, 'a day is corrected, the last word counts');
select is((select string_agg(currency || ' ' || per_usd || ' ' || set_by, ', ' order by currency) from billing.exchange_rate), 'CLP 940.00000000 eva, MXN 17.50000000 ada', 'by whom is written down');
select is(pg_temp.set('[{"currency": "USD", "day": "2026-11-21", "per_usd": "1"}]'), 'WB400 malformed_item', 'a dollar is a dollar');
select is(tests.refusal_detail($$select billing.set_exchange_rates('eva', '[{"currency": "MXN", "day": "2026-11-21", "per_usd": "17"}, {"currency": "PEN", "day": "2026-02-30", "per_usd": "3"}]')$$) - '{sqlstate,message,reason,hint}'::text[],
  '{"item": 2, "field": "day"}'::jsonb, 'a day that does not exist is named with its place');
select is(pg_temp.set('[{"currency": "PEN", "day": "2026-12-24", "per_usd": "3"}]'), 'WB400 malformed_item', 'nobody knows a day to come');
select is(pg_temp.set('[{"currency": "PEN", "day": "2026-11-22", "per_usd": "0.00"}]'), 'WB400 malformed_item', 'nothing is worth infinity');
select is(pg_temp.set('[]') || pg_temp.set('{}'), 'WB400 malformed_callWB400 malformed_call', 'an order that says nothing is refused');
select is((select count(*) from billing.exchange_rate), 2::bigint, 'what was refused kept nothing');
select * from finish();
rollback;
