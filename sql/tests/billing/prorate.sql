-- requirement: R4-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '10');
select tests.publish_plan('max', '25');
select tests.publish_plan('anual', '200', '{"every": "year"}');
select tests.publish_plan('norte', '400', '{"currency": "MXN"}');
select tests.create_channel(:'portal') as channel \gset
update billing.subscription set state = 'active', plan_id = (select plan_id from billing.plan where code = 'pro'), period_starts_at = tenancy.now(), period_ends_at = tenancy.now() + interval '30 days';
create function pg_temp.prorated(p_code text, p_from text default null) returns bigint language sql as $$
  select billing.prorate(jsonb_populate_record(s, case when p_from is null then '{}'::jsonb else jsonb_build_object('plan_id', (select plan_id from billing.plan where code = p_from)) end), p)
    from billing.subscription s cross join billing.plan p where p.code = p_code
$$;
select is(pg_temp.prorated('max'), 15000000::bigint, 'a whole period costs the whole difference');
select tests.at('2026-11-11 12:00+00');
select is(pg_temp.prorated('max'), 10000000::bigint, 'two thirds of it, two thirds');
select is(pg_temp.prorated('pro', 'max'), -10000000::bigint, 'a step down is below zero');
select is(pg_temp.prorated('max') + pg_temp.prorated('pro', 'max'), 0::bigint, 'what one way costs the other gives back');
select is(pg_temp.prorated('anual'), 193333333::bigint, 'another interval is paid whole, less the rest of the old one');
select is(pg_temp.prorated('basic'), -6666667::bigint, 'rounded once, to the nearest millionth');
select is(pg_temp.prorated('norte'), -1::bigint, 'another currency waits for the end of the period');
select tests.at('2026-12-05 12:00+00');
select is(pg_temp.prorated('max'), 0::bigint, 'when nothing of it is left, nothing is paid');
select tests.at('2026-10-05 12:00+00');
select is(pg_temp.prorated('max'), 15000000::bigint, 'and a clock that went back makes it no dearer');
select * from finish();
rollback;
