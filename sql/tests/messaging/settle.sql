-- requirement: R2.2-a R2.4-c
begin;
select plan(22);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset

-- inbound
select set_eq(format('select tests.claimed(%L, ''in'')', :'portal'), array[:'hello'::uuid], 'the customer''s message is claimed for the portal');
select is(tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807", "session_id": "323"}'), 'accepted delivered', 'and delivered to it');
select is((select portal_chat_id from messaging.conversation), '1807', 'the portal''s chat is learnt from its answer');

-- outbound: accepted
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.submitted(:'portal', 'dos', '102') as two \gset
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'one'::uuid], 'only the head of the lane is claimed');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'a claimed lane gives nothing');
select is(tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1"}}'), 'accepted submitted', 'accepted is submitted');
select is((select message_id from messaging.alias where kind = 'gs' and key = 'gs-1'), :'one'::uuid, 'the provider''s id is an alias');
select is(tests.settled(:'portal', :'one', 'unknown'), 'stale submitted', 'an outcome is recorded once');

-- retry
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'then the next one');
select is(tests.settled(:'portal', :'two', 'retry', '{"code": "429", "retry_after_s": 5}'), 'retry queued', 'retry waits');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'not before its time');
select tests.pass('6 seconds');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'then again');

-- unknown: the lane waits a minute, then goes on
select tests.submitted(:'portal', 'tres', '103') as three \gset
select is(tests.settled(:'portal', :'two', 'unknown', '{"code": "timeout"}'), 'unknown unknown', 'unknown says so');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'nothing overtakes an unknown for a minute');
select is((select state from billing.charge where message_id = :'two'), 'held', 'an unknown keeps its hold');
select tests.pass('61 seconds');
select is(messaging.unblock_lanes(), 1, 'after a minute the lane goes on');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'three'::uuid], 'with the next message');
select is(tests.settled(:'portal', :'three', 'failed', '{"code": "1002", "policy": "never"}'), 'failed failed', 'failed never is failed');
select is((select state from billing.charge where message_id = :'three'), 'released', 'and its hold is released');
select is((select count(*) from messaging.notice where kind = 'trouble'), 2::bigint, 'the author is told of both troubles');

-- late
select is(tests.settled(:'portal', :'two', 'accepted', '{"keys": {"gs": "gs-2"}}'), 'accepted submitted', 'a late word settles an unknown');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
