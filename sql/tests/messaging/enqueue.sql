-- requirement: R2.2-a, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel');
select tests.customer_writes(:'portal', :'channel', p_wa_id => '5215557654321');
select tests.submitted(:'portal', 'A1', '1') as a \gset
select tests.submitted(:'portal', 'B1', '2', p_chat_key => '5215557654321') as b \gset

-- Queues a message behind itself once more: what the lane does is all that this file looks at.
create function pg_temp.again(p_message uuid, p_times int default 1) returns void language sql as $$
  select messaging.enqueue('out', array_agg(m.portal_id), array_agg(m.conversation_id), array_agg(m.channel_id), array_agg(m.message_id))
    from messaging.message m, generate_series(1, p_times) where m.message_id = p_message
$$;

select is(tests.lane(:'portal', :'a'), 'due 1', 'an idle lane becomes due');
select results_eq('select seq from messaging.queue where direction = ''out'' order by conversation_id', 'values (1::bigint), (1)', 'each lane has numbers of its own');
select pg_temp.again(:'a', 2);
select is(tests.queue_of(:'portal'), case when (select conversation_id from messaging.message where message_id = :'a') < (select conversation_id from messaging.message where message_id = :'b')
  then 'A1, A1, A1, B1' else 'B1, A1, A1, A1' end, 'they are given out in the order of the arrays');
select results_eq(format('select seq from messaging.queue where message_id = %L order by seq', :'a'), 'values (1::bigint), (2), (3)', 'without a gap');
select is(tests.lane(:'portal', :'b'), 'due 1', 'other lanes do not notice');

-- A lane that stands still for a reason goes on standing.
select is((select count(*) from tests.claimed(:'portal')), 2::bigint, 'both heads are claimed');
select pg_temp.again(:'b');
select is(tests.lane(:'portal', :'b'), 'claimed 2', 'a claimed lane stays claimed');
select tests.settled(:'portal', :'b', 'retry', '{"retry_after_s": 60}');
select pg_temp.again(:'b');
select is(tests.lane(:'portal', :'b'), 'waits 3', 'one in its back-off waits on');
select tests.settled(:'portal', :'a', 'unknown');
select pg_temp.again(:'a');
select is(tests.lane(:'portal', :'a'), 'blocked 4', 'one that is blocked by an unknown head stays blocked');
update messaging.lane set paused = 'attention', next_at = 'infinity';
select pg_temp.again(:'b');
select is(tests.lane(:'portal', :'b'), 'paused attention 4', 'and one that is paused stays paused');

select lives_ok('select messaging.enqueue(''out'', null, null, null, null)', 'nothing to queue is no error');
select ok(not has_function_privilege('whatsappb24_worker', 'messaging.enqueue(text, uuid[], uuid[], uuid[], uuid[])', 'execute')
  and not has_function_privilege('whatsappb24_api', 'messaging.enqueue(text, uuid[], uuid[], uuid[], uuid[])', 'execute'), 'only functions of ours may queue');
select * from finish();
rollback;
