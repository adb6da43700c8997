-- requirement: R2.3-a, R2.4-c, R1
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent');
select tests.fund(:'portal', 10000000);
select tests.paid(:'portal', :'channel', 'free') \g /dev/null
select tests.paid(:'portal', :'channel', 'unsaid') \g /dev/null
select tests.billed(:'portal', :'channel', 'free', '{"billable": false}') \g /dev/null
select is(billing.reconcile(), 0, 'nothing is due yet');
select tests.pass('26 hours');
set local role whatsappb24_worker;
select is(billing.reconcile(), 2, 'the events that are due, and the hours');
reset role;
select is(tests.differences(), 'billed_by_us_only false service MX beside captured 400000 service MX, billed_by_us_only beside captured 400000 service MX', 'both ways');
select billing.reconcile() + billing.reconcile() \g /dev/null
select is(billing.reconcile(), 0, 'until there is nothing to do');
select * from finish();
rollback;
