-- requirement: R2.1-b, R2.4-c
-- Anchored periods: nothing drifts, whatever the month, the year and the clocks do.
begin;
select plan(8);
create function pg_temp.ends(p_anchor text, p_zone text, p_every text, variadic p_n int[]) returns text language sql as $$
  select string_agg(to_char(billing.period_end(p_anchor::timestamp at time zone p_zone, p_zone, p_every, n) at time zone p_zone, 'YY-MM-DD HH24:MI'), ', ' order by n)
    from unnest(p_n) n
$$;
select is(pg_temp.ends('2026-01-31 10:00', 'America/Bogota', 'month', 0, 1, 2, 3, 13), '26-01-31 10:00, 26-02-28 10:00, 26-03-31 10:00, 26-04-30 10:00, 27-02-28 10:00',
  'the 31st is the last day of a shorter month, and the 31st again');
select is(pg_temp.ends('2027-12-31 10:00', 'America/Bogota', 'month', 2), '28-02-29 10:00', 'the 29th in a leap year');
select is(pg_temp.ends('2028-02-29 00:00', 'America/Mexico_City', 'year', 1, 4), '29-02-28 00:00, 32-02-29 00:00', 'a leap day comes back');
select is(pg_temp.ends('2018-10-04 00:30', 'America/Sao_Paulo', 'month', 1), '18-11-04 01:30', 'an hour that the clocks leave out is the next one');
select is(pg_temp.ends('2018-10-04 00:30', 'America/Sao_Paulo', 'month', 2), '18-12-04 00:30', 'once');
select is(billing.period_end('2018-01-18 01:30+00', 'America/Sao_Paulo', 'month', 1), '2018-02-18 02:30+00'::timestamptz, 'of an hour that is repeated it is the second one');
select is(pg_temp.ends('2026-11-30 23:59', 'Asia/Kolkata', 'month', 3), '27-02-28 23:59', 'half an hour from the others is a zone too');
select is_empty($$
  select z, a, n from unnest(array['America/Sao_Paulo', 'America/Mexico_City', 'Asia/Kolkata', 'America/Santiago', 'UTC']) z
   cross join generate_series('2017-01-27 02:30+00'::timestamptz, '2017-02-02 02:30+00', interval '11 hours') a cross join generate_series(1, 40) n
   where billing.period_end(a, z, 'month', n) - billing.period_end(a, z, 'month', n - 1) not between interval '27 days 22 hours' and interval '31 days 2 hours'$$,
  'a month is 28 to 31 days, an hour more or less');
select * from finish();
rollback;
