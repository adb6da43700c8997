-- requirement: R2.5-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807", "session_id": "323"}') \g /dev/null
select is(tests.steps(), 'nothing', 'words set nothing going');
select tests.customer_writes(:'portal', :'channel', 'Confirmar') as pressed \gset
update messaging.message set kind = 'button_reply' where message_id = :'pressed';
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'pressed', 'accepted', '{"chat_id": "1807"}') \g /dev/null
select is((select request from messaging.automation), '{"code": "button", "chat_id": "1807"}', 'a button does, for the record of the chat');
select messaging.note_triggers(array[:'portal'::uuid], array[:'pressed'::uuid]) \g /dev/null
select is(tests.steps(), 'trigger', 'once');
select is(tests.tells(null), 'true', 'it was told');
select tests.pass('1 hour');
select is(tests.steps(), 'nothing', 'that is its end');
select tests.submitted(:'portal') as lost \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'lost', 'failed', '{"code": "131026"}') \g /dev/null
select is((select request ->> 'code' from messaging.automation where message_id = :'lost'), 'failed', 'so does a message that failed');
select is(tests.steps(), 'trigger 131026', 'which is told');
select tests.tells(null, '{"policy": "never", "code": "no_crm_item"}') \g /dev/null
select tests.pass('1 hour');
select is(tests.steps(), 'nothing', 'or given up');
update messaging.conversation set portal_chat_id = null;
delete from messaging.automation;
select messaging.note_triggers(array[:'portal'::uuid], array[:'lost'::uuid]) \g /dev/null
select is((select count(*) from messaging.automation), 0::bigint, 'without a chat there is no record');
select * from finish();
rollback;
