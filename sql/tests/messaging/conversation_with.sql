-- requirement: R2.5-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select is(messaging.conversation_with(:'portal', :'channel', '5215551234567'), null::uuid, 'nobody wrote yet');
select tests.customer_writes(:'portal', :'channel') \g /dev/null
select is(messaging.conversation_with(:'portal', :'channel', '5215551234567'), (select conversation_id from messaging.conversation), 'the conversation with that number');
select is(messaging.conversation_with(:'portal', :'other', '5215551234567'), null::uuid, 'on this channel only');
select * from finish();
rollback;
