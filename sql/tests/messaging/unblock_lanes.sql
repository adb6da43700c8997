-- requirement: R2.2-a, R2.4-c
begin;
select plan(17);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.submitted(:'portal', 'dos', '102') as two \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'one', 'unknown') \g /dev/null

select tests.pass('59 seconds');
select is(messaging.unblock_lanes(), 0, 'for a minute the lane waits for evidence');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'nothing overtakes the unknown message');
select tests.pass('1 second');
set local role whatsappb24_worker;
select messaging.unblock_lanes() as moved \gset
reset role;
select is(:moved, 1, 'then it goes on');
select is(tests.state_of(:'portal', :'one'), 'unknown', 'the message stays unknown, and is shown');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'the next one leaves');
select is(messaging.unblock_lanes(), 0, 'once');

-- the last message of a lane
select tests.settled(:'portal', :'two', 'unknown') \g /dev/null
select tests.pass('1 minute');
select is(messaging.unblock_lanes(), 1, 'a lane with nothing behind the unknown goes on too');
select ok((select next_at = 'infinity' and blocked_until is null and done_seq = last_seq from messaging.lane where direction = 'out'), 'it is idle');
select tests.submitted(:'portal', 'tres', '103') as three \gset
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'three'::uuid], 'and the next message finds it open');

-- Between reading a blocked lane and locking it, a late word may have made its head sendable again. Only an unknown
-- head is left behind.
select tests.settled(:'portal', :'three', 'retry', '{"retry_after_s": 1}') \g /dev/null
update messaging.lane set blocked_until = tenancy.now(), next_at = 'infinity' where direction = 'out';
select messaging.unblock_lanes() \g /dev/null
select is((select count(*) from messaging.queue where message_id = :'three'), 1::bigint, 'a head that waits keeps its place');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'three'::uuid], 'and leaves first');
select tests.settled(:'portal', :'three', 'accepted', '{"keys": {"gs": "gs-3"}}') \g /dev/null

-- a lane that was paused in the moment in which its channel resumed
select tests.submitted(:'portal', 'cuatro', '104') as four \gset
select tenancy.change_channel(:'portal', :'channel', 'problem', '131031') \g /dev/null
select is_empty(format('select tests.claimed(%L)', :'portal'), 'a channel that needs attention does not send');
select messaging.unblock_lanes() \g /dev/null
select is((select paused from messaging.lane where direction = 'out'), 'attention', 'its lane stays paused while it does');
update tenancy.channel set state = 'active';
select messaging.unblock_lanes() \g /dev/null
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'four'::uuid], 'a paused lane whose channel sends again is found');

-- a blocked lane whose channel is paused stays paused
select tests.settled(:'portal', :'four', 'unknown') \g /dev/null
select tests.submitted(:'portal', 'cinco', '105') as five \gset
update messaging.lane set paused = 'suspended' where direction = 'out';
update tenancy.channel set state = 'suspended';
select tests.pass('1 minute');
select messaging.unblock_lanes() \g /dev/null
select results_eq($$select paused, next_at, blocked_until from messaging.lane where direction = 'out'$$,
  $$values ('suspended', 'infinity'::timestamptz, null::timestamptz)$$, 'the end of a wait does not end a pause');
update messaging.lane set blocked_until = tenancy.now() where direction = 'out';
select messaging.unblock_lanes() \g /dev/null
select is((select next_at from messaging.lane where direction = 'out'), 'infinity'::timestamptz, 'whatever stands at its head');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
