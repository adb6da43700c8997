-- requirement: R2.1-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
select tests.create_channel(:'portal', '2', '5215550002222') as support \gset
select tests.customer_writes(:'portal', :'sales', 'uno', '5215551111111') as one \gset
select tests.pass('1 second');
select tests.customer_writes(:'portal', :'support', 'dos', '5215552222222') as two \gset
select tests.customer_writes(:'portal', :'support', 'más', '5215552222222') \g /dev/null
create function tests.sees(p_portal_id uuid, p_user_id text) returns text language sql as $$
  select string_agg(concat_ws(' ', channel_name, contact_name, chat_key, 'waiting', waiting), ', ') from messaging.conversations(p_portal_id, p_user_id)
$$;

set local role whatsappb24_api;
select string_agg(chat_key, ' ') as found from messaging.conversations(:'portal', '7') \gset
reset role;
select is(:'found'::text, '5215552222222 5215551111111', 'the newest conversation comes first');
select is(tests.sees(:'portal', '7'), 'Ventas 2 Carla 5215552222222 waiting 2, Ventas 1 Carla 5215551111111 waiting 1', 'with its channel, its customer and how much waits');
select is((select window_until from messaging.conversations(:'portal', '7', 1)), '2026-11-23 12:00:01+00'::timestamptz, 'and until when it may be written to freely');
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'one', 'accepted', '{"chat_id": "1807"}') \g /dev/null
select is((select portal_chat_id || ' ' || waiting from messaging.conversations(:'portal', '7') where chat_key = '5215551111111'), '1807 0', 'what was handed over waits no more');

insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '8', :'sales', 'supervisor', tenancy.now());
select is(tests.sees(:'portal', '8'), 'Ventas 1 Carla 5215551111111 waiting 0', 'a user sees the channels he may read');
select is(tests.sees(:'portal', null), null, 'the portal without a user sees none');
select is((select count(*) from messaging.conversations(:'portal', '7', 1)), 1::bigint, 'at most as many as asked for');
select tests.create_portal('bbbb') as other \gset
select is(tests.sees(:'other', '1'), null, 'another portal has none of them');
select * from finish();
rollback;
