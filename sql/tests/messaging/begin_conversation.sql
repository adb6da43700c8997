-- requirement: R2.5-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select messaging.begin_conversation(:'portal', :'channel', '573001234567', 'Ana') as made \gset
select is((select row(k.name, v.chat_key, v.window_until) from messaging.conversation v join messaging.contact k using (portal_id, contact_id) where v.conversation_id = :'made'),
  row('Ana'::text, '573001234567'::text, null::timestamptz), 'a new number has a contact and a conversation without a window');
select is(messaging.begin_conversation(:'portal', :'channel', '573001234567', 'Eva'), :'made'::uuid, 'which stays');
select is((select name from messaging.contact), 'Ana', 'with its name');
select isnt(messaging.begin_conversation(:'portal', :'other', '573001234567', 'Ana'), :'made'::uuid, 'another channel has its own');
select is((select count(*) from messaging.contact), 1::bigint, 'with the same customer');
select * from finish();
rollback;
