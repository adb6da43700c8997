-- requirement: R2.2-a, R2.4-c
begin;
select plan(34);
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
select is(tests.settled(:'portal', :'two', 'accepted'), 'stale submitted', 'once');

-- an attempt that was followed by another one
create function pg_temp.word_on(p_portal uuid, p_message uuid, p_number int, p_outcome text) returns text language sql as $$
  select s.recorded || ' ' || coalesce(s.state, '') from messaging.settle(jsonb_build_array(jsonb_build_object(
    'portal_id', p_portal, 'message_id', p_message, 'number', p_number, 'outcome', p_outcome))) s
$$;
select tests.submitted(:'portal', 'cuatro', '104') as four \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'four', 'unknown');
select is(tests.settled(:'portal', :'four', 'unknown'), 'stale unknown', 'that an outcome is unknown is said once: the lane is not blocked anew');
select messaging.resolve_unknown(:'portal', :'four', 'resend', '1');
select tests.claimed(:'portal');
select is(pg_temp.word_on(:'portal', :'four', 1, 'failed'), 'failed sending', 'a late failure of the first attempt is recorded, and does not end the second');
select is(tests.lane(:'portal', :'four'), 'claimed 1', 'nor its hold on the lane');
select is(pg_temp.word_on(:'portal', :'four', 2, 'unknown'), 'unknown unknown', 'the second is unknown as well');
select messaging.resolve_unknown(:'portal', :'four', 'resend', '1');
select is(tests.lane(:'portal', :'four'), 'due 1', 'a person has it sent a third time');
select is(pg_temp.word_on(:'portal', :'four', 2, 'accepted'), 'accepted submitted', 'but the second arrived');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'so there is no third');

-- one bad item, and one that contradicts another
select tests.submitted(:'portal', 'cinco', '105') as five \gset
select tests.claimed(:'portal');
select results_eq(format($$
  select item, recorded, state from messaging.settle(jsonb_build_array(
    '"nonsense"'::jsonb, jsonb_build_object('portal_id', 'x', 'message_id', 7), jsonb_build_object('portal_id', %1$L, 'message_id', %2$L, 'number', 99, 'outcome', 'accepted'),
    jsonb_build_object('portal_id', %1$L, 'message_id', %2$L, 'number', 1, 'outcome', 'accepted', 'keys', jsonb_build_object('gs', repeat('k', 401), 'wa', 'wamid.5', 'fax', '1')),
    jsonb_build_object('portal_id', %1$L, 'message_id', %2$L, 'number', 1, 'outcome', 'failed')))$$, :'portal', :'five'),
  $$values (1, 'stale', null), (2, 'stale', null), (3, 'stale', null), (4, 'accepted', 'submitted'), (5, 'stale', 'submitted')$$,
  'one bad item never fails its siblings; of two words on one attempt the first counts');
select is((select string_agg(kind || ' ' || key, ', ') from messaging.alias where message_id = :'five' and kind <> 'open_line'), 'wa wamid.5', 'ids that cannot be ids are left out');
select is(tests.refusal('select messaging.settle(''{}'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select ok(has_function_privilege('whatsappb24_worker', 'messaging.settle(jsonb)', 'execute')
  and not has_function_privilege('whatsappb24_api', 'messaging.settle(jsonb)', 'execute'), 'only the worker reports');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
