-- requirement: R2.1-b, R2.2-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as second \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.customer_writes(:'portal', :'second', p_wa_id => '5215557654321');
select tests.submitted(:'portal', 'dos', '2', p_line => '2', p_chat_key => '5215557654321') as two \gset

select tenancy.change_channel(:'portal', :'channel', 'suspend');
select tenancy.change_channel(:'portal', :'second', 'suspend');
select tests.claimed(:'portal');
select tests.claimed(:'portal', 'in');
select is(tests.lane(:'portal', :'one') || ', ' || tests.lane(:'portal', :'hello'), 'paused suspended 1, paused suspended 1', 'a suspended channel neither sends nor hands over');
select is(messaging.resume_lanes(:'portal', :'channel'), 0, 'while it is, nothing resumes');
select is(tests.lane(:'portal', :'one'), 'paused suspended 1', 'its lanes stay paused');

update tenancy.channel set state = 'attention' where channel_id = :'channel';
select is(messaging.resume_lanes(:'portal', :'channel'), 1, 'a channel that needs attention');
select is(tests.lane(:'portal', :'one') || ', ' || tests.lane(:'portal', :'hello'), 'paused suspended 1, due 1', 'hands over what arrived and keeps what it cannot send');
update tenancy.channel set state = 'active' where channel_id = :'channel';
select is(messaging.resume_lanes(:'portal', :'channel') || ' ' || tests.lane(:'portal', :'one'), '1 due 1', 'an active one sends');
select is(messaging.resume_lanes(:'portal', :'channel'), 0, 'once');
select is(tests.lane(:'portal', :'two'), 'paused suspended 1', 'other channels are not touched');

update messaging.lane set paused = 'suspended', next_at = 'infinity', blocked_until = tenancy.now() + interval '60 seconds'
 where direction = 'out' and channel_id = :'channel';
select is(messaging.resume_lanes(:'portal', :'channel') || ' ' || tests.lane(:'portal', :'one'), '1 blocked 1', 'a lane that waits for an unknown head waits on');
update messaging.lane set paused = 'suspended', blocked_until = null where direction = 'out' and channel_id = :'channel';
delete from messaging.queue where message_id = :'one';
update messaging.lane set done_seq = last_seq where direction = 'out' and channel_id = :'channel';
select is(messaging.resume_lanes(:'portal', :'channel') || ' ' || tests.lane(:'portal', :'one'), '1 idle 0', 'an empty one is idle');
select * from finish();
rollback;
