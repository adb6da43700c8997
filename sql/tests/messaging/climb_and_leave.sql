-- requirement: R2.2-a, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel');
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.submitted(:'portal', 'dos', '2') as two \gset
select tests.submitted(:'portal', 'tres', '3') as three \gset

-- an unknown head that is healed
select tests.claimed(:'portal');
select tests.settled(:'portal', :'one', 'unknown');
select is(tests.lane(:'portal', :'one'), 'blocked 3', 'an unknown message blocks its lane');
select is((select string_agg(m ->> 'to_state', ', ') from jsonb_array_elements(messaging.climb_and_leave(tests.evidence(:'portal', :'one', '{enqueued,sent}'))) m), 'enqueued, sent', 'evidence moves it');
select is(tests.lane(:'portal', :'one'), 'due 2', 'and frees the lane at once');
select is(messaging.climb_and_leave(tests.evidence(:'portal', :'one', '{enqueued}')), '[]'::jsonb, 'evidence that moves nothing frees nothing');

-- a message that waits to be sent again
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'unknown');
select messaging.resolve_unknown(:'portal', :'two', 'resend', '1');
select is(tests.queue_of(:'portal'), 'tres, dos', 'a person has it sent again, after the others');
select tests.claimed(:'portal');
select messaging.climb_and_leave(tests.evidence(:'portal', :'two', '{delivered}'));
select is(tests.queue_of(:'portal'), 'tres', 'then its delivery is told: it is not sent again');
select is(tests.lane(:'portal', :'three'), 'claimed 1', 'and who is being sent before it is not disturbed');

-- while it is being sent
select messaging.climb_and_leave(tests.evidence(:'portal', :'three', '{sent}'));
select is(tests.lane(:'portal', :'three'), 'idle 0', 'what the other side has, blocks nothing any more');
select is(tests.settled(:'portal', :'three', 'accepted', '{"keys": {"gs": "gs-3"}}'), 'accepted sent', 'the worker''s own word comes after');
select is((select message_id from messaging.alias where kind = 'gs'), :'three'::uuid, 'and still brings the provider''s id');

select is(messaging.climb_and_leave(null), '[]'::jsonb, 'no evidence, no moves');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
