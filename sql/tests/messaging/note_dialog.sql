-- requirement: R2.2-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'hello', 'unknown') \g /dev/null
create function pg_temp.dialog() returns text language sql as $$ select concat_ws(' ', portal_chat_id, session_id) from messaging.conversation $$;
create function pg_temp.verify_waits() returns interval language sql as $$ select due_at - tenancy.now() from messaging.notice where kind = 'verify' $$;
select is(pg_temp.dialog(), '', 'the first message of a customer is unknown, and so is its chat');
select is(pg_temp.verify_waits(), interval '5 seconds', 'nobody can look it up');

set local role whatsappb24_api;
select messaging.note_dialog(:'portal', 'wab24', '1', '5215551234567', '1807', '323') as known \gset
select messaging.note_dialog(:'portal', 'wab24', '1', '5215559999999', '1808', '324') as stranger \gset
select messaging.note_dialog(:'portal', 'wab24', '2', '5215551234567', '1809', '325') as line \gset
reset role;
select is(:'known'::boolean, true, 'the portal says that a dialog with him began');
select is(array[:'stranger'::boolean, :'line'::boolean], array[false, false], 'dialogs of others say nothing');
select is(pg_temp.dialog(), '1807 323', 'so its chat and session are known');
select is(pg_temp.verify_waits(), interval '0', 'and the delivery is looked up at once');

select messaging.note_dialog(:'portal', 'wab24', '1', '5215551234567', '1807', null) \g /dev/null
select is(pg_temp.dialog(), '1807 323', 'what an event leaves out is kept');
select messaging.note_dialog(:'portal', 'wab24', '1', '5215551234567', '1807', '400') \g /dev/null
select is(pg_temp.dialog(), '1807 400', 'a new session of the chat is the one to read');
select is(messaging.note_dialog(:'portal', 'wab24', '1', '5215551234567', '', '1'), false, 'an event without a chat changes nothing');
select * from finish();
rollback;
