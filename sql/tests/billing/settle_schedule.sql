-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.scheduled(:'portal') as payment \gset
select tests.agreed(:'payment') \g /dev/null
select billing.cancel_schedule(:'portal', '1', :'payment') \g /dev/null
select count(*) from billing.claim_schedules() \g /dev/null
select is(billing.settle_schedule(:'portal', :'payment', 'later', 'http_503'), 'active', 'a provider who is away is asked again');
select is(tests.schedule(:'payment'), 'active created 00:01:00 http_503', 'in a minute, and why is known');
select tests.pass('1 minute');
select count(*) from billing.claim_schedules() \g /dev/null
select billing.settle_schedule(:'portal', :'payment', 'later', 'http_503') \g /dev/null
select is(tests.schedule(:'payment'), 'active created 00:02:00 http_503', 'later each time');
select is(tests.period(1) || ' ' || tests.wallet(:'portal'), 'done 20000000 0', 'money that comes meanwhile counts');
select is(billing.settle_schedule(:'portal', :'payment', 'ended'), 'cancelled', 'then it has ended');
select is(tests.schedule(:'payment'), 'cancelled succeeded', 'what was paid stays paid');
select is(billing.settle_schedule(:'portal', :'payment', 'later'), 'cancelled', 'what comes late changes nothing');
select throws_ok(format($$select billing.settle_schedule(%L, %L, 'odd')$$, :'portal', :'payment'), 'WB400', null, 'an outcome that is none is refused');
select * from finish();
rollback;
