-- requirement: R2.2-e, R2.4-c
begin;
select plan(16);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
select tests.customer_writes(:'portal', :'sales', 'Hola', '5215551234567', 'wamid.hello') as hello \gset
select tests.pass('1 second');
select message_id as part_one from tests.operator_writes(:'portal', 'parte', '101', p_parts => 2) as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid) where part = 1 \gset
select message_id as part_two from messaging.message where part = 2 \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'part_one', 'accepted', '{"keys": {"gs": "gs-1", "wa": "wamid.one"}}') \g /dev/null
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}') \g /dev/null
create function tests.means(p_portal_id uuid, p_id text) returns text language sql as $$
  select string_agg(coalesce(m.text, '?'), ', ' order by tenancy.id_time(i.message_id) desc, m.part desc)
    from unnest(trace.messages_of(p_portal_id, p_id)) i(message_id)
    join messaging.message m on m.message_id = i.message_id
$$;

select is(tests.means(:'portal', :'hello'), 'Hola', 'a message by our own id');
select is(tests.means(:'portal', upper(:'hello')), 'Hola', 'however it is written');
select is(tests.means(:'portal', :'part_two'), 'parte 2, parte 1', 'a part brings its siblings');
select is(tests.means(:'portal', 'wamid.hello'), 'Hola', 'by WhatsApp''s id');
select is(tests.means(:'portal', 'gs-1'), 'parte 1', 'by Gupshup''s id');
select is(tests.means(:'portal', '101'), 'parte 2, parte 1', 'by the portal''s id of the operator message');
select is(tests.means(:'portal', '101/2'), 'parte 2', 'or of one part');
select is(tests.means(:'portal', '1807'), 'parte 2, parte 1, Hola', 'by the portal''s chat');
select is((trace.messages_of(:'portal', '1807'))[3], :'hello'::uuid, 'the newest first');
select is(tests.means(:'portal', '+52 1 (555) 123-4567'), 'parte 2, parte 1, Hola', 'by the customer''s number, as a person writes it');
select is(tests.means(:'portal', '+52 555 123 4567'), 'parte 2, parte 1, Hola', 'also in another of its ways');
select is(tests.means(:'portal', :'sales'), 'parte 2, parte 1, Hola', 'by the channel');
select trace.write(jsonb_build_array(jsonb_build_object('level', 'INFO', 'event', 'exchange', 'portal_id', :'portal', 'message_id', :'hello', 'correlation_id', 'c-1'))) \g /dev/null
select is(tests.means(:'portal', ' c-1 '), 'Hola', 'by the correlation id of what was done about it, spaces or not');
select is(tests.means(:'portal', 'nothing'), null, 'what nothing has means nothing');
select is(tests.means(:'portal', null), null, 'nor does nothing');
select tests.create_portal('bbbb') as other \gset
select is(concat(tests.means(:'other', :'hello'), tests.means(:'other', 'wamid.hello'), tests.means(:'other', '5215551234567'), tests.means(:'other', :'sales')), '',
  'another portal''s ids mean nothing here');
select * from finish();
rollback;
