-- requirement: R2.1-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-01-31 15:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '0');
select tests.publish_plan('anual', '0', '{"every": "year"}');
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.next(p_channel uuid, p_more jsonb default '{}') returns text language sql as $$
  select concat_ws(' ', 'p' || n.period_no, to_char(n.period_starts_at at time zone 'America/Bogota', 'YYYY-MM-DD'), '..',
           to_char(n.period_ends_at at time zone 'America/Bogota', 'YYYY-MM-DD'))
    from billing.subscription s cross join lateral billing.next_period(jsonb_populate_record(s, p_more)) n
   where s.channel_id = p_channel
$$;
update billing.subscription set state = 'active', anchor_at = tenancy.now(), anchor_n = 1, period_no = 1, period_starts_at = tenancy.now(), period_ends_at = '2026-02-28 15:00+00',
  plan_id = (select plan_id from billing.plan where code = 'pro');
select is(pg_temp.next(:'channel'), 'p2 2026-02-28 .. 2026-03-31', 'the day of the anchor comes back after a short month');
select tests.at('2026-03-05 15:00+00');
select is(pg_temp.next(:'channel'), 'p2 2026-02-28 .. 2026-03-31', 'however late it is paid');
select is(pg_temp.next(:'channel', '{"state": "grace"}'), 'p2 2026-02-28 .. 2026-03-31', 'in the days of grace as well');
select is(pg_temp.next(:'channel', jsonb_build_object('next_plan_id', (select plan_id from billing.plan where code = 'anual'))), 'p2 2026-02-28 .. 2027-02-28',
  'another interval is counted from the end of the old period');
select tests.at('2026-03-20 15:00+00');
select is(pg_temp.next(:'channel', '{"state": "suspended", "stopped_at": "2026-03-05T15:00:00Z", "grace_until": "2026-03-05T15:00:00Z"}'), 'p2 2026-03-15 .. 2026-04-15',
  'after a suspension it begins now, less the five days of grace that were used');
select is(pg_temp.next(:'channel', '{"state": "suspended", "stopped_at": "2026-03-19T15:00:00Z", "grace_until": "2026-03-19T15:00:00Z"}'), 'p2 2026-03-15 .. 2026-04-15',
  'and never less more than that: our downtime is not the customer''s');
select is(pg_temp.next(:'channel', '{"state": "suspended", "stopped_at": "2026-02-28T15:00:00Z"}'), 'p2 2026-03-20 .. 2026-04-20', 'a channel that was off used none');
select is(pg_temp.next(:'channel', '{"state": "cancelled"}'), 'p2 2026-03-20 .. 2026-04-20', 'what was cancelled begins now');
update tenancy.portal set time_zone = 'Asia/Kolkata';
select is((select n.time_zone from billing.subscription s cross join lateral billing.next_period(jsonb_populate_record(s, '{"state": "cancelled"}')) n), 'Asia/Kolkata',
  'in the portal''s present zone');
select * from finish();
rollback;
