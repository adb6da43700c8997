-- requirement: R2.2-a, R2.4-c
begin;
select plan(19);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.submitted(:'portal', 'dos', '2') as two \gset

-- back-off: 2, 4, 8 … seconds with jitter, at most ten minutes
create function pg_temp.back_off(p_portal uuid, p_message uuid) returns numeric language plpgsql as $$
declare v_wait numeric;
begin
  perform tests.claimed(p_portal);
  perform tests.settled(p_portal, p_message, 'retry');
  v_wait := extract(epoch from (tests.lane_of(p_portal, p_message)).next_at - tenancy.now());
  perform tests.pass(make_interval(secs => v_wait));
  return v_wait;
end $$;
create temporary table waits as select n, pg_temp.back_off(:'portal', :'one') as seconds from generate_series(1, 11) n;
select is_empty('select * from waits where seconds not between least(600, power(2, least(n, 10))) / 2 and least(600, power(2, least(n, 10)))',
  'a retry waits 2, 4, 8 … seconds, at most ten minutes, with jitter');
select is(tests.queue_of(:'portal'), 'uno, dos', 'nothing overtakes it');
select tests.claimed(:'portal');
select tests.settled(:'portal', :'one', 'accepted');
select is(tests.lane(:'portal', :'one') || ' ' || (tests.lane_of(:'portal', :'one')).retries, 'due 1 0', 'what was sent leaves; the next one begins without a back-off');

-- the other side says how long
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'retry', '{"retry_after_s": 90}');
select is((tests.lane_of(:'portal', :'two')).next_at, tenancy.now() + interval '90 seconds', 'retry_after_s is obeyed');
select tests.pass('90 seconds');

-- fix: the channel turns to attention, the message waits for its repair
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'failed', '{"policy": "fix", "code": "1010"}');
select is((select state || ' ' || state_reason from tenancy.channel), 'attention 1010', 'what must be mended turns the channel to attention');
select is(tests.lane(:'portal', :'two'), 'paused attention 1', 'the message waits for that');
select tenancy.change_channel(:'portal', :'channel', 'connected');
select is(tests.lane(:'portal', :'two'), 'due 1', 'and goes on when it is done');

-- fix towards the portal: the channel still hands over, so the message is tried again
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'failed', '{"policy": "fix", "code": "NO_AUTH_FOUND"}');
select is(tests.lane(:'portal', :'hello') || ' ' || tests.state_of(:'portal', :'hello'), 'waits 1 queued', 'towards the portal it waits its back-off and is never given up');
select tenancy.change_channel(:'portal', :'channel', 'connected');

-- unknown
select tests.claimed(:'portal');
select tests.submitted(:'portal', 'tres', '3') as three \gset
select tests.settled(:'portal', :'two', 'unknown');
select is((tests.lane_of(:'portal', :'two')).blocked_until, tenancy.now() + interval '60 seconds', 'an unknown blocks its lane for a minute');
select is(tests.settled(:'portal', :'two', 'retry', '{"retry_after_s": 0}'), 'retry queued', 'then the worker knows that nothing was sent');
select is(tests.lane(:'portal', :'two') || ': ' || tests.queue_of(:'portal'), 'due 2: dos, tres', 'the lane is free and the order kept');
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'unknown');
select tests.pass('61 seconds');
select messaging.unblock_lanes();
select tests.claimed(:'portal');
select is(tests.settled(:'portal', :'two', 'retry'), 'retry queued', 'the same word after the lane moved on');
select is(tests.lane(:'portal', :'two') || ': ' || tests.queue_of(:'portal'), 'claimed 2: tres, dos', 'puts the message at the end, and leaves alone who is being sent');
select tests.settled(:'portal', :'three', 'failed', '{"code": "1002"}');
select is(tests.lane(:'portal', :'two') || ': ' || tests.queue_of(:'portal'), 'due 1: dos', 'a failure leaves the lane as well');

-- a word that comes after its lane was claimed again
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'unknown');
select tests.submitted(:'portal', 'cuatro', '4') as four \gset
select tests.pass('61 seconds');
select messaging.unblock_lanes();
select is(tests.lane(:'portal', :'two'), 'due 1', 'the lane goes on without an unknown');
select is(tests.settled(:'portal', :'two', 'unknown'), 'stale unknown', 'and its word that it does not know');
select is(tests.lane(:'portal', :'two') || ': ' || tests.queue_of(:'portal'), 'due 1: cuatro', 'blocks nobody else');
select is(tests.settled(:'portal', :'two', 'accepted'), 'accepted submitted', 'whatever comes in the end');
select is(tests.lane(:'portal', :'two') || ': ' || tests.queue_of(:'portal'), 'due 1: cuatro', 'touches only its own');
select * from finish();
rollback;
