-- requirement: R2.1-c, R2.4-d
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.create_portal('bbbb') as other \gset
select tests.claimed(:'portal', 'in') \g /dev/null
create function pg_temp.refused(p_portal uuid, p_actor text, p_chat text) returns text language sql as $$
  select tests.refusal(format('select messaging.read_chat(%L, %L, %L)', p_portal, p_actor, p_chat))
$$;
select is(pg_temp.refused(:'portal', '1', '1807'), 'WB404 unknown_chat', 'before the portal has named its chat nobody knows it');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}') \g /dev/null
select is((select row(channel_id, channel_name, contact_name, phone, window_until, may_write) from messaging.read_chat(:'portal', '1', '1807')),
  row(:'channel'::uuid, 'Ventas 1'::text, 'Carla'::text, '5215551234567'::text, '2026-11-23 12:00+00'::timestamptz, true), 'then it is the customer on his channel');
select is(pg_temp.refused(:'portal', '1', '1808'), 'WB404 unknown_chat', 'another chat of the portal is none of ours');
select is(pg_temp.refused(:'other', '1', '1807'), 'WB404 unknown_chat', 'nor is it another portal''s');
select is(pg_temp.refused(:'portal', 'key:x', '1807'), 'WB404 unknown_chat', 'whoever has no right does not learn that it is there');
select is(pg_temp.refused(:'portal', '1', null), 'WB404 unknown_chat', 'no chat is no chat');
update messaging.identifier set kind = 'bsuid';
select is((select phone from messaging.read_chat(:'portal', '1', '1807')), null, 'a customer may show no number');
select * from finish();
rollback;
