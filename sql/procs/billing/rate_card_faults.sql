-- Everything that is wrong with a rate card before it is stored, in the order of its lines; empty: nothing.
-- For billing.load_rate_card(), which describes the arguments. Locks nothing.
create or replace function billing.rate_card_faults(p_card jsonb, p_rows jsonb)
returns table (line int, column_name text, problem text, value text)
language sql stable
set search_path = ''
as $$
  with r as materialized (
    select case when e.x ->> 'line' ~ '^[0-9]{1,9}$' then (e.x ->> 'line')::int else e.n::int end as line, e.n, e.x,
           concat_ws(' ', e.x ->> 'direction', e.x ->> 'category', e.x ->> 'country') as key
      from jsonb_array_elements(p_rows) with ordinality e(x, n)),
  cells as (
    select 0 as line, 0::bigint as n, f.rank, f.column_name, f.value, f.problem, f.is_needed, f.is_good
      from (values
        (1, 'name', p_card ->> 'name', 'missing', true, length(p_card ->> 'name') <= 100),
        (2, 'currency', p_card ->> 'currency', 'unknown', true, exists (select from billing.currency c where c.currency = p_card ->> 'currency')),
        (3, 'tariff', p_card ->> 'tariff', 'unknown', false, p_card ->> 'tariff' ~ '^[a-z][a-z0-9_]{0,39}$'),
        (4, 'valid_from', p_card ->> 'valid_from', 'not_an_instant', false,
           p_card ->> 'valid_from' ~ '^\d{4}-\d\d-\d\d' and pg_input_is_valid(p_card ->> 'valid_from', 'timestamptz')))
        f(rank, column_name, value, problem, is_needed, is_good)
    union all
    select r.line, r.n, f.rank, f.column_name, f.value, f.problem, f.is_needed, f.is_good
      from r
     cross join lateral (values
       (1, 'direction', r.x ->> 'direction', 'unknown', true, r.x ->> 'direction' in ('in', 'out')),
       (2, 'category', r.x ->> 'category', 'unknown', true,
          r.x ->> 'category' in ('service', 'utility', 'authentication', 'marketing', 'marketing_lite')),
       (3, 'country', r.x ->> 'country', 'unknown', true,
          r.x ->> 'country' = '*' or exists (select from messaging.calling_code c where c.country = r.x ->> 'country')),
       (4, 'price', r.x ->> 'price', 'not_an_amount', true, r.x ->> 'price' ~ '^\d{1,9}(\.\d{1,6})?$'),
       (5, 'cost', r.x ->> 'cost', 'not_an_amount', true, r.x ->> 'cost' ~ '^\d{1,9}(\.\d{1,6})?$'),
       (6, 'moment', r.x ->> 'moment', 'unknown', true, r.x ->> 'moment' in ('submitted', 'sent', 'delivered')),
       (7, 'free_per_month', r.x ->> 'free_per_month', 'not_a_count', false, r.x ->> 'free_per_month' ~ '^\d{1,9}$'),
       (8, 'surcharge', r.x ->> 'surcharge', 'not_an_amount', false, r.x ->> 'surcharge' ~ '^\d{1,9}(\.\d{1,6})?$'),
       (9, 'reverse_on_failure', r.x ->> 'reverse_on_failure', 'not_a_flag', false,
          r.x ->> 'reverse_on_failure' in ('true', 'false')))
       f(rank, column_name, value, problem, is_needed, is_good)),
  faults as (
    select c.line, c.n, c.rank, c.column_name, case when coalesce(c.value, '') = '' then 'missing' else c.problem end as problem, c.value
      from cells c
     where case when coalesce(c.value, '') = '' then c.is_needed else c.is_good is not true end
    union all
    select d.line, d.n, 10, 'country', 'repeated', 'line ' || d.first_line
      from (select r.line, r.n, first_value(r.line) over w as first_line, row_number() over w as turn
              from r window w as (partition by r.key order by r.n)) d
     where d.turn > 1
    union all
    select 0, 0, 11, 'rows', 'empty', null where not exists (select from r))
  select f.line, f.column_name, f.problem, left(f.value, 100) from faults f order by f.n, f.rank
$$;
comment on function billing.rate_card_faults(jsonb, jsonb) is
  'Internal. Every problem of a rate card that is to be loaded, with its line and column.';
