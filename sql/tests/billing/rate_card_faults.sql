-- requirement: R4-b, R2.4-c
-- Each column with what it takes and what it does not.
begin;
select plan(3);
create function pg_temp.faults(p_column text, p_value text) returns text language sql as $$
  select coalesce(string_agg(f.column_name || ' ' || f.problem, ', '), 'good')
    from billing.rate_card_faults('{"name": "x", "currency": "USD"}', jsonb_build_array(
      tests.card_rows('out service MX 1 1 sent') -> 0 || jsonb_build_object(p_column, p_value))) f
$$;
select is_empty($$
  select c, v from (values ('price', '0'), ('price', '0.000001'), ('price', '123456789.123456'), ('country', '*'), ('country', 'BR'), ('free_per_month', ''),
    ('reverse_on_failure', 'false'), ('surcharge', '0.01'), ('category', 'marketing_lite'), ('moment', 'submitted'), ('moment', 'delivered')) t(c, v)
   where pg_temp.faults(c, v) <> 'good'$$, 'what a column takes');
select is_empty($$
  select c, v, pg_temp.faults(c, v) from (values ('price', '-1', 'not_an_amount'), ('price', '1,5', 'not_an_amount'), ('price', '0.0000001', 'not_an_amount'),
    ('price', 'NaN', 'not_an_amount'), ('price', '1234567890', 'not_an_amount'), ('country', 'mx', 'unknown'), ('country', 'MEX', 'unknown'), ('country', '', 'missing'),
    ('free_per_month', '-1', 'not_a_count'), ('free_per_month', '1.5', 'not_a_count'), ('moment', 'read', 'unknown'), ('direction', 'OUT', 'unknown')) t(c, v, p)
   where pg_temp.faults(c, v) <> c || ' ' || p$$, 'and what it refuses, with the problem''s name');
select is((select value from billing.rate_card_faults('{"name": "x", "currency": "USD"}', tests.card_rows('out service MX caro 1 sent'))), 'caro',
  'the value is repeated, as it stands');
select * from finish();
rollback;
