-- requirement: R2.2-a, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.submitted(:'portal', 'dos', '102') as two \gset
select tests.claimed(:'portal') \g /dev/null
select tests.claimed(:'portal', 'in') \g /dev/null

-- the worker dies with both on the wire
select tests.pass('119 seconds');
select is(messaging.expire_leases(), 0, 'a lease that runs is left alone');
select tests.pass('1 second');
set local role whatsappb24_worker;
select messaging.expire_leases() as expired \gset
reset role;
select is(:expired, 2, 'two minutes without a word: another worker finds both');
select is(tests.state_of(:'portal', :'one'), 'unknown', 'what it was sending may have left: unknown, and it says so');
select is(tests.state_of(:'portal', :'hello'), 'unknown', 'in either direction');
select is((select outcome || ' ' || code from messaging.attempt where message_id = :'one'), 'unknown lease_expired', 'the attempt names the reason');
select is((select state from billing.charge where message_id = :'one'), 'held', 'its hold is kept');
select is(messaging.expire_leases(), 0, 'once');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'it is never claimed again, and nothing overtakes it for a minute');
select results_eq('select kind, message_id from messaging.notice order by kind',
  format($$values ('trouble', %L::uuid), ('verify', %L)$$, :'one', :'hello'),
  'the author is told; whether the portal has the customer''s message is asked');

-- a word that comes late all the same
select is(tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1"}}'), 'accepted submitted', 'a worker that was only slow still counts');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'and the lane goes on at once');

-- a status was faster than the end of the lease
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-2"}') \g /dev/null
select tests.pass('2 minutes');
select messaging.expire_leases() \g /dev/null
select is(tests.state_of(:'portal', :'two'), 'delivered', 'a parked status that can only mean the lost send settles it');
select is((select count(*) from messaging.queue where direction = 'out'), 0::bigint, 'its lane is empty');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
