-- requirement: R2.2-a, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel');
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.submitted(:'portal', 'dos', '2') as two \gset
select tests.submitted(:'portal', 'tres', '3') as three \gset
select tests.submitted(:'portal', 'cuatro', '4') as four \gset

create function pg_temp.leave(p_messages uuid[]) returns int language sql as $$
  select messaging.leave_lane('out', array_agg(m.portal_id), array_agg(m.conversation_id), array_agg(m.message_id))
    from messaging.message m where m.message_id = any (p_messages)
$$;

-- behind the head: whatever the head is at goes on
select tests.claimed(:'portal');
select is(pg_temp.leave(array[:'three'::uuid]), 1, 'a message leaves from the middle of its lane');
select is(tests.queue_of(:'portal'), 'uno, dos, cuatro', 'the others keep their order');
select is(tests.lane(:'portal', :'one'), 'claimed 3', 'and the head its claim: it is not sent twice');
select is(pg_temp.leave(array[:'three'::uuid]), 0, 'what has left cannot leave again');

-- the head
select is(pg_temp.leave(array[:'one'::uuid]), 1, 'the head leaves');
select is(tests.lane(:'portal', :'one'), 'due 2', 'the next one is due at once');
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'retry', '{"retry_after_s": 600}');
select is(pg_temp.leave(array[:'two'::uuid]) || ' ' || tests.lane(:'portal', :'two'), '1 due 1', 'a back-off was the head''s own');
select is((select retries from tests.lane_of(:'portal', :'two')), 0, 'and is forgotten with it');

-- a blocked head
select tests.claimed(:'portal');
select tests.settled(:'portal', :'four', 'unknown');
select tests.submitted(:'portal', 'cinco', '5') as five \gset
select tests.submitted(:'portal', 'seis', '6') as six \gset
select pg_temp.leave(array[:'six'::uuid]);
select is(tests.lane(:'portal', :'four'), 'blocked 2', 'a lane stays blocked when a follower leaves');
select is(pg_temp.leave(array[:'four'::uuid]) || ' ' || tests.lane(:'portal', :'four'), '1 due 1', 'and is free when its head does');

-- paused and empty
update messaging.lane set paused = 'suspended', next_at = 'infinity' where direction = 'out';
select tests.submitted(:'portal', 'siete', '7') as seven \gset
select is(pg_temp.leave(array[:'five'::uuid]) || ' ' || tests.lane(:'portal', :'five'), '1 paused suspended 1', 'a paused lane stays paused');
update messaging.lane set paused = null where direction = 'out';
select is(pg_temp.leave(array[:'seven'::uuid]) || ' ' || tests.lane(:'portal', :'seven'), '1 idle 0', 'an empty one is idle');
select lives_ok('select messaging.leave_lane(''out'', null, null, null)', 'nobody leaving is no error');
select * from finish();
rollback;
