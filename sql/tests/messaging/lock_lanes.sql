-- requirement: R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select conversation_id as conversation from messaging.message where message_id = :'hello' \gset
create function pg_temp.rows(p_portal uuid, p_channel uuid, p_conversation uuid, p_outcome text) returns messaging.outgoing[] language sql as $$
  select array[jsonb_populate_record(null::messaging.outgoing, jsonb_build_object('portal_id', p_portal, 'channel_id', p_channel, 'conversation_id', p_conversation, 'outcome', p_outcome))]
$$;
select messaging.lock_lanes('out', pg_temp.rows(:'portal', :'channel', :'conversation', 'refused'));
select is_empty($$select from messaging.lane where direction = 'out'$$, 'what is refused needs no lane');
select messaging.lock_lanes('out', pg_temp.rows(:'portal', :'channel', :'conversation', 'accepted'));
select results_eq($$select last_seq, done_seq, next_at from messaging.lane where direction = 'out'$$, $$values (0::bigint, 0::bigint, 'infinity'::timestamptz)$$, 'a lane that was missing is there, idle');
select messaging.lock_lanes('out', pg_temp.rows(:'portal', :'channel', :'conversation', 'accepted'));
select is((select count(*) from messaging.lane where direction = 'out'), 1::bigint, 'once');
select messaging.lock_lanes('out', array(select jsonb_populate_record(r, '{"source": "panel"}') from unnest(pg_temp.rows(:'portal', :'channel', :'conversation', 'accepted')) r));
select is((select string_agg(direction, ' ' order by direction) from messaging.lane), 'in out', 'what may be shown in the chat needs both lanes');
select * from finish();
rollback;
