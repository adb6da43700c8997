-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.scheduled(:'portal') as payment \gset
select tests.agreed(:'payment') \g /dev/null
create function pg_temp.claimed() returns text language sql as $$
  select string_agg(concat_ws(' ', provider, state, livemode, ids ->> 'subscription', tries), ', ') from billing.claim_schedules()
$$;
select is(pg_temp.claimed(), null, 'what is to go on is left alone');
select billing.cancel_schedule(:'portal', '1', :'payment') \g /dev/null
select is(pg_temp.claimed(), 'stripe active t sub_1 1', 'what is to end is taken to its provider');
select is(pg_temp.claimed(), null, 'by one worker');
select tests.pass('2 minutes');
select is(pg_temp.claimed(), 'stripe active t sub_1 2', 'and again where he said nothing');
select billing.settle_schedule(:'portal', :'payment', 'ended') \g /dev/null
select tests.pass('1 day');
select is(pg_temp.claimed(), null, 'until it has ended');
select * from finish();
rollback;
