-- requirement: R2.1-a, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as a \gset
select tests.create_portal('bbbb') as b \gset
select tests.create_channel(:'a') as channel \gset
select tests.create_channel(:'b', '2', '5215550002222') as other \gset
create table tests.mark (portal_id uuid primary key, messages text, channels text);
create function tests.changed() returns text language plpgsql as $$
declare v_changed text;
begin
  select string_agg(o.member_id || ' ' || concat_ws(' ', case when m.messages is distinct from p.messages_mark then 'messages' end,
           case when m.channels is distinct from p.channels_mark then 'channels' end), ', ' order by o.member_id)
    into v_changed
    from messaging.pulse(array(select portal_id from tenancy.portal)) p
    join tenancy.portal o on o.portal_id = p.portal_id
    left join tests.mark m on m.portal_id = p.portal_id
   where (m.messages, m.channels) is distinct from (p.messages_mark, p.channels_mark);
  insert into tests.mark select p.portal_id, p.messages_mark, p.channels_mark from messaging.pulse(array(select portal_id from tenancy.portal)) p
  on conflict (portal_id) do update set messages = excluded.messages, channels = excluded.channels;
  return v_changed;
end $$;

select is(tests.changed(), 'aaaa messages channels, bbbb messages channels', 'each portal has its marks');
select is(tests.changed(), null, 'which stay while nothing happens');
select tests.pass('1 second');
select tests.customer_writes(:'a', :'channel') as hello \gset
select is(tests.changed(), 'aaaa messages', 'a message changes its portal''s alone');
select tests.pass('1 second');
select tests.submitted(:'a', 'dos', '101') as message \gset
select tests.changed() \g /dev/null
select tests.pass('1 second');
select tests.claimed(:'a') \g /dev/null
select is(tests.changed(), 'aaaa messages', 'so does a step of a message');
select tests.pass('1 second');
select tests.settled(:'a', :'message', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select is(tests.changed(), 'aaaa messages', 'its outcome');
select tests.pass('1 second');
select tests.receipt(:'a', :'channel', 'delivered', '{"gs": "gs-1"}') \g /dev/null
select is(tests.changed(), 'aaaa messages', 'a receipt');
select tests.pass('1 second');
select tests.receipt(:'a', :'channel', 'sent', '{"gs": "gs-1"}') \g /dev/null
select is(tests.changed(), 'aaaa messages', 'and one that moves nothing');
select tests.pass('1 second');
select tenancy.change_channel(:'b', :'other', 'problem', 'http_401') \g /dev/null
select is(tests.changed(), 'bbbb channels', 'a channel''s state changes the other mark');
update tenancy.channel set name = 'Soporte' where channel_id = :'other';
select is(tests.changed(), 'bbbb channels', 'so does its name');
update tenancy.channel set checked_at = tenancy.now() where channel_id = :'other';
select is(tests.changed(), 'bbbb channels', 'and a check');
select tests.pass('1 second');
select tenancy.keep_facts(:'b', :'other', '[{"fact": "quality", "value": {"text": "RED"}}]') \g /dev/null
select is(tests.changed(), 'bbbb channels', 'and what is learnt of its number');
set local role whatsappb24_api;
select count(*) as n, count(distinct messages_mark) as marks from messaging.pulse(array[:'a', :'a', :'b', gen_random_uuid()]::uuid[]) \gset
reset role;
select is(:'n'::int, 2, 'a portal is told once, an unknown one not at all');
select is(:'marks'::int, 2, 'and their marks differ');
select * from finish();
rollback;
