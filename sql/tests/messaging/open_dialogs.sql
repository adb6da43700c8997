-- requirement: R1, R2.2-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'uno', '5215551111111') as one \gset
select is_empty(format('select * from messaging.open_dialogs(%L)', :'portal'), 'a dialog that the portal does not know yet has no history');
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'one', 'accepted', '{"chat_id": "1807", "session_id": "323"}') \g /dev/null
set local role whatsappb24_worker;
select concat_ws(' ', connector, line_id, chat_key, portal_chat_id, session_id, read_until, portal_origin) as dialog from messaging.open_dialogs(:'portal') \gset
reset role;
select is(:'dialog'::text, 'wab24 1 5215551111111 1807 323 0 https://p1.example', 'the reconciler learns where to read');
select tests.submitted(:'portal', 'a', '90', p_chat_key => '5215551111111') \g /dev/null
select tests.submitted(:'portal', 'b', '103', p_chat_key => '5215551111111') \g /dev/null
select is((select read_until from messaging.open_dialogs(:'portal')), 0::bigint, 'until a reading succeeded all of it is read');
select tests.pass('6 minutes');
update tenancy.portal set repaired_at = tenancy.now();
select is((select read_until from messaging.open_dialogs(:'portal')), 103::bigint, 'then what came after it');
select tests.submitted(:'portal', 'c', '107', p_chat_key => '5215551111111') \g /dev/null
select tests.pass('6 minutes');
select is((select read_until from messaging.open_dialogs(:'portal')), 103::bigint, 'although newer ones are known: they may have overtaken one that was missed');

select tests.pass('1 minute');
select tests.customer_writes(:'portal', :'channel', 'dos', '5215552222222') as two \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'two', 'accepted', '{"chat_id": "1808"}') \g /dev/null
select is((select string_agg(portal_chat_id, ' ') from messaging.open_dialogs(:'portal')), '1808 1807', 'who spoke last comes first');
select is((select string_agg(portal_chat_id, ' ') from messaging.open_dialogs(:'portal', 1)), '1808', 'at most as many as asked for');
select tenancy.change_channel(:'portal', :'channel', 'disconnect') \g /dev/null
select is_empty(format('select * from messaging.open_dialogs(%L)', :'portal'), 'a channel that is disconnected has no open dialogs');
select tenancy.change_channel(:'portal', :'channel', 'connect') \g /dev/null
select tests.pass('6 days 23 hours 46 minutes');
select is((select count(*) from messaging.open_dialogs(:'portal')), 2::bigint, 'a week is looked back on');
select tests.pass('90 seconds');
select is((select string_agg(portal_chat_id, ' ') from messaging.open_dialogs(:'portal')), '1808', 'not more');
select * from finish();
rollback;
