-- requirement: R2.1-a, R2.1-c, R2.4-c
begin;
select plan(29);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
select tests.create_channel(:'portal', '2', '5215550002222') as support \gset
select tests.customer_writes(:'portal', :'sales', 'Necesito una COTIZACIÓN', '5215551111111', 'wamid.one') as one \gset
select tests.pass('1 minute');
select tests.submitted(:'portal', 'Aquí está', '101', '1', '5215551111111') as two \gset
select tests.pass('1 minute');
select tests.customer_writes(:'portal', :'support', 'gracias', '5215552222222') as three \gset
select tests.pass('1 minute');
select tests.submitted(:'portal', repeat('largo', 1000), '102', '2', '5215552222222') as four \gset
update messaging.contact k set name = 'José Peña' from messaging.conversation v
 where v.portal_id = k.portal_id and v.contact_id = k.contact_id and v.chat_key = '5215552222222';
update messaging.message set media = '{"url": "https://secret.example/f?key=1", "name": "foto.jpg", "mime": "image/jpeg", "size": 12}' where message_id = :'three';
create function tests.found(p_portal_id uuid, p_user_id text, p_filters jsonb default '{}') returns text language sql as $$
  select string_agg(coalesce(left(f.text, 9), 'next'), ', ' order by f.conversation_id is null, f.message_id desc)
    from messaging.find_messages(p_portal_id, p_user_id, (p_filters ->> 'channel')::uuid, p_filters ->> 'direction',
           (select array_agg(s) from jsonb_array_elements_text(p_filters -> 'states') s), p_filters ->> 'text',
           (p_filters ->> 'since')::timestamptz, (p_filters ->> 'until')::timestamptz, p_filters ->> 'id',
           (p_filters ->> 'before')::uuid, coalesce((p_filters ->> 'limit')::int, 50)) f
$$;

set local role whatsappb24_api;
select string_agg(concat_ws(' ', channel_name, contact_name, phone, direction, source, author, state, reason), E'\n') as page from messaging.find_messages(:'portal', '1') \gset
reset role;
select is(:'page'::text, E'Ventas 2 José Peña 5215552222222 out open_line 7 refused too_long\nVentas 2 José Peña 5215552222222 in whatsapp queued\nVentas 1 Carla 5215551111111 out open_line 7 queued\nVentas 1 Carla 5215551111111 in whatsapp queued',
  'all messages of the portal, newest first, each with channel, customer, author, state and reason');
select is((select media from messaging.find_messages(:'portal', '1') where message_id = :'three'), '{"mime": "image/jpeg", "name": "foto.jpg", "size": 12}'::jsonb, 'a file shows its name, type and size, never its address');
select is((select arrived_at from messaging.find_messages(:'portal', '1') where message_id = :'two'), '2026-11-22 12:01+00'::timestamptz, 'with the instant of arrival');
select is(tests.found(:'portal', '1', jsonb_build_object('channel', :'sales')), 'Aquí está, Necesito ', 'of one channel');
select is(tests.found(:'portal', '1', '{"direction": "in"}'), 'gracias, Necesito ', 'of one direction');
select is(tests.found(:'portal', '1', '{"states": ["refused"]}'), 'largolarg', 'in one state');
select is(tests.found(:'portal', '1', '{"states": ["waiting"]}'), 'gracias, Aquí está, Necesito ', 'or of one outcome');
select is(tests.found(:'portal', '1', '{"states": ["failed", "refused", "sent"]}'), 'largolarg', 'or in any of several');
select is(tests.found(:'portal', '1', '{"since": "2026-11-22 12:01+00", "until": "2026-11-22 12:03+00"}'), 'gracias, Aquí está', 'that arrived within a time, its end not included');
select is(tests.found(:'portal', '1', '{"text": "cotizacion"}'), 'Necesito ', 'whose words hold a text, whatever its case and accents');
select is(tests.found(:'portal', '1', '{"text": "  AQUÍ "}'), 'Aquí está', 'and whatever the accents asked for');
select is(tests.found(:'portal', '1', jsonb_build_object('text', 'jose pen' || U&'\0303' || 'a')), 'largolarg, gracias', 'or the name of the customer, an accent written apart included');
select is(tests.found(:'portal', '1', '{"text": "+52 1 555 111-11"}'), 'Aquí está, Necesito ', 'or digits of the number');
select is(tests.found(:'portal', '1', '{"text": "100%"}'), null, 'a sign is a sign');
select is(tests.found(:'portal', '1', '{"id": "101"}'), 'Aquí está', 'by the portal''s id');
select is(tests.found(:'portal', '1', '{"id": " wamid.one "}'), 'Necesito ', 'by WhatsApp''s id');
select is(tests.found(:'portal', '1', jsonb_build_object('id', '5215551111111', 'direction', 'out')), 'Aquí está', 'by the customer''s number, narrowed further');

-- pages
select is(tests.found(:'portal', '1', '{"limit": 2}'), 'largolarg, gracias, next', 'a page that is not the last says where to go on');
select is((select message_id from messaging.find_messages(:'portal', '1', p_limit => 2) where conversation_id is null), :'three'::uuid, 'after its last message');
select is(tests.found(:'portal', '1', jsonb_build_object('limit', 2, 'before', :'three')), 'Aquí está, Necesito ', 'and the last page does not');
select is(tests.found(:'portal', '1', '{"text": "hola", "limit": 2}'), null, 'what is nowhere is not found');

-- permissions
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'sales', 'supervisor', tenancy.now());
select is(tests.found(:'portal', '9'), 'Aquí está, Necesito ', 'a user sees the channels he may read');
select is(tests.found(:'portal', '9', '{"id": "5215552222222"}'), null, 'by ids too');
select is(tests.refusal(format('select * from messaging.find_messages(%L, ''8'')', :'portal')), 'WB403 permission', 'who may read none is refused');
select is(tests.refusal(format('select * from messaging.find_messages(%L, ''9'', %L)', :'portal', :'support')), 'WB403 permission', 'as who asks for one that is not his');
select is(tests.refusal(format('select * from messaging.find_messages(%L, ''1'', gen_random_uuid())', :'portal')), 'WB404 unknown_channel', 'a channel that is not there is not there');
select is(tests.refusal(format('select * from messaging.find_messages(%L, ''1'', p_states => array[''sleeping''])', :'portal')), 'WB400 malformed_call', 'nor is a state');
select tests.create_portal('bbbb') as other \gset
select is(tests.found(:'other', '1'), null, 'a portal without channels has no messages, which is no refusal');
select is(tests.found(:'other', '1', jsonb_build_object('id', :'one')), null, 'nor by another portal''s ids');
select * from finish();
rollback;
