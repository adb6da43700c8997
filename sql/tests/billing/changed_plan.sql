-- requirement: R4-b, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '10');
select tests.publish_plan('max', '25');
select tests.publish_plan('anual', '200', '{"every": "year"}');
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.changed(p_code text, p_more jsonb default '{}') returns text language sql as $$
  select concat_ws(' ', c.event, c.amount, to_char(c.takes_effect_at at time zone 'UTC', 'MM-DD'), (select code from billing.plan where plan_id = (c.subscription).plan_id),
           'then ' || (select code from billing.plan where plan_id = (c.subscription).next_plan_id), 'ends', to_char((c.subscription).period_ends_at at time zone 'UTC', 'YYYY-MM-DD'),
           'p' || (c.subscription).period_no, case when (c.subscription).due_at = tenancy.now() then 'due' end)
    from billing.subscription s cross join lateral billing.changed_plan(jsonb_populate_record(s, p_more), p_code) c
$$;
select is(pg_temp.changed('max'), 'change 0 11-01 max ends 2026-11-15 p0', 'in a trial another plan counts at once and costs nothing');
update billing.subscription set state = 'active', plan_id = (select plan_id from billing.plan where code = 'pro'), period_no = 1, period_ends_at = tenancy.now() + interval '30 days', due_at = tenancy.now() + interval '30 days';
select tests.at('2026-11-11 12:00+00');
select is(pg_temp.changed('max'), 'change 10000000 11-11 max ends 2026-12-01 p1', 'a step up counts at once and is paid by the rest of the period');
select is(pg_temp.changed('anual'), 'change 193333333 11-11 anual ends 2027-11-11 p2', 'another interval begins a period');
select is(pg_temp.changed('basic'), 'change_later 0 12-01 pro then basic ends 2026-12-01 p1', 'a step down waits for the end of the period');
select is(tests.refusal('select pg_temp.changed(''pro'')'), 'WB409 same_plan', 'the same again is refused');
update billing.subscription set next_plan_id = (select plan_id from billing.plan where code = 'basic');
select is(tests.refusal('select pg_temp.changed(''basic'')'), 'WB409 same_plan', 'so is what is planned already');
select is(pg_temp.changed('pro'), 'change 0 11-11 pro ends 2026-12-01 p1', 'choosing the present plan takes the step down back');
select is(pg_temp.changed('max'), 'change 10000000 11-11 max ends 2026-12-01 p1', 'and so does a step up');
select is(pg_temp.changed('max', '{"state": "grace"}'), 'change 0 11-11 max ends 2026-12-01 p1 due', 'what is not paid for changes at once, and the payment is tried at once');
select is(pg_temp.changed('max', '{"state": "suspended"}'), 'change 0 11-11 max ends 2026-12-01 p1 due', 'also while it is suspended');
select is(
  (select to_char((n).period_starts_at at time zone 'UTC', 'YYYY-MM-DD') || ' to ' || to_char((n).period_ends_at at time zone 'UTC', 'YYYY-MM-DD')
     from billing.subscription s
    cross join lateral billing.changed_plan(jsonb_populate_record(s, '{"state": "grace", "anchor_n": 2, "next_plan_id": null}'), 'anual') c
    cross join lateral (select billing.next_period(c.subscription) as n) x),
  '2026-12-01 to 2027-12-01', 'a year that is chosen in the days of grace is one year, counted from what was paid for');
select is(tests.refusal('select pg_temp.changed(''max'', ''{"state": "paused"}'')'), 'WB409 subscription_state', 'while it is paused nothing is changed');
select is(tests.refusal('select pg_temp.changed(''nada'')'), 'WB404 unknown_plan', 'nor to what is not on offer');
select * from finish();
rollback;
