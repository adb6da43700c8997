-- requirement: R2.1-b, R2.4-c
begin;
select plan(10);
select tests.at('2026-10-17 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(billing.renew_due(), 0, 'nothing is due in a trial');
select tests.at('2026-10-31 12:00+00');
select is(billing.renew_due(), 1, 'when it ends it is');
select is(tests.subscription(:'channel'), 'basic active p1 2026-10-31 .. 2026-11-30', 'the first period begins where the trial ended');
select is(billing.renew_due(), 0, 'once');

-- A time without workers
select tests.at('2027-03-20 12:00+00');
select is(billing.renew_due(), 1, 'a call renews a period');
select is(tests.renew(), 3, 'the others that were missed follow');
select is(tests.subscription(:'channel'), 'basic active p5 2027-02-28 .. 2027-03-31', 'each once, and nothing has drifted');
select results_eq($$select period_no, count(*) from billing.subscription_event where event = 'renew' group by 1 order by 1$$, $$select n, 1::bigint from generate_series(1, 5) n$$, 'none is missing');

-- A clock that goes back
select tests.at('2026-12-01 12:00+00');
select is(tests.renew(), 0, 'does nothing again');
select tests.at('2027-03-31 12:00+00');
select is(tests.renew(), 1, 'and is no obstacle afterwards');
select * from finish();
rollback;
