-- requirement: R4-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.problems(p_card jsonb, p_rows jsonb) returns text language sql as $$
  select coalesce(string_agg(line || ' ' || column_name || ' ' || problem, ', '), 'none')
    from billing.load_rate_card('staff', p_card, p_rows) where card_id is null
$$;

select is(pg_temp.problems('{"name": "Noviembre", "currency": "MXN", "tariff": "norte", "valid_from": "2026-12-01T00:00:00Z"}',
  tests.card_rows('out service MX 0.0008 0.000125 sent 1000 0.001 false', 'in service * 0 0 submitted')), 'none', 'a good card has no problems');
select results_eq('select name, currency, tariff, valid_from, valid_until, state, created_by from billing.rate_card',
  $$values ('Noviembre', 'MXN', 'norte', '2026-12-01 00:00+00'::timestamptz, 'infinity'::timestamptz, 'draft', 'staff')$$, 'it is a draft');
select results_eq('select direction, category, country, price::bigint, cost::bigint, moment, free_per_month, surcharge::bigint, reverse_on_failure from billing.rate order by 1 desc',
  $$values ('out', 'service', 'MX', 800::bigint, 125::bigint, 'sent', 1000, 1000::bigint, false), ('in', 'service', '*', 0, 0, 'submitted', 0, 0, true)$$,
  'with its prices in millionths; what is left out is none, none and true');

select is(pg_temp.problems('{"name": "", "currency": "pesos", "tariff": "El Norte", "valid_from": "mañana"}', tests.card_rows('out service MX 1 1 sent')),
  '0 name missing, 0 currency unknown, 0 tariff unknown, 0 valid_from not_an_instant', 'the card itself is line 0');
select is(pg_temp.problems('{"name": "x", "currency": "USD"}', tests.card_rows(
    'out service MX 1 1 sent', 'up chat ZZ -1 1e3 read ten 0.0000001 maybe', 'out service MX 2 1 sent')),
  '3 direction unknown, 3 category unknown, 3 country unknown, 3 price not_an_amount, 3 cost not_an_amount, 3 moment unknown, '
  '3 free_per_month not_a_count, 3 surcharge not_an_amount, 3 reverse_on_failure not_a_flag, 4 country repeated',
  'every problem is named with its line and column');
select is(pg_temp.problems('{"name": "x", "currency": "USD"}', '[{"line": 7}, "text"]'),
  '7 direction missing, 7 category missing, 7 country missing, 7 price missing, 7 cost missing, 7 moment missing, 2 direction missing, 2 category missing, '
  '2 country missing, 2 price missing, 2 cost missing, 2 moment missing, 2 country repeated',
  'what is missing is missing');
select is(pg_temp.problems('{"name": "x", "currency": "USD"}', '[]'), '0 rows empty', 'a card without prices is none');
select is((select count(*) from billing.rate_card), 1::bigint, 'nothing of a wrong card is stored');
select is(tests.refusal($$select billing.load_rate_card('staff', '[]', '{}')$$), 'WB400 malformed_call', 'a wrong call is refused');
select * from finish();
rollback;
