-- requirement: R1, R2.2-e, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 11:30+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('bbbb') as other \gset
select tests.create_channel(:'other') as other_channel \gset
create function tests.hours() returns setof text language sql as $$
  select concat_ws(' ', to_char(hour at time zone 'UTC', 'HH24:MI'), direction, accepted, '=', done, waiting, failed, refused, expired, unknown, quarantined, '|', balance, adrift)
    from trace.conservation()
$$;

select is_empty('select tests.hours()', 'where nothing happened there is nothing to prove');
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.at('2026-11-22 12:10+00');
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.submitted(:'portal', 'dos', '102') as two \gset
select tests.submitted(:'portal', 'tres', '103') as three \gset
select tests.submitted(:'portal', 'cuatro', '104') as four \gset
select tests.submitted(:'portal', repeat('largo', 1000), '105') \g /dev/null
select count(*) from tests.operator_writes(:'portal', 'a nadie', '106', p_chat_key => '000') as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid) \g /dev/null
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1", "wa": "wamid.1"}}') \g /dev/null
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'two', 'failed', '{"code": "1002"}') \g /dev/null
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'three', 'unknown') \g /dev/null
select results_eq('select tests.hours()', $$values
  ('11:00 in 1 = 0 1 0 0 0 0 0 | 0 0'), ('12:00 out 6 = 1 1 1 1 0 1 1 | 0 0')$$,
  'accepted = done + waiting + failed + refused + expired + unknown + quarantined, by hour of arrival and direction');
select ok(bool_and(accepted = done + waiting + failed + refused + expired + unknown + quarantined), 'every row adds up') from trace.conservation();
select tests.customer_writes(:'portal', :'channel', 'Hola', p_key => 'wamid.again') \g /dev/null
select tests.customer_writes(:'portal', :'channel', 'Hola', p_key => 'wamid.again') \g /dev/null
select is((select accepted from trace.conservation() where direction = 'in' and hour = '2026-11-22 12:00+00'), 1::bigint, 'a duplicate is not accepted twice');
select is((select sum(accepted) from trace.conservation(null, null, :'other')), null, 'it can be asked of one portal');
select is((select count(*) from trace.conservation('2026-11-22 12:00+00', '2026-11-22 12:05+00')), 0::bigint, 'and of a range');
set local timezone = 'Asia/Kathmandu';
select is((select min(hour) from trace.conservation()), '2026-11-22 11:00+00'::timestamptz, 'its hours are UTC''s wherever the reader sits');
set local timezone = 'UTC';

-- what it would find
savepoint sound;
delete from messaging.message where message_id = :'one';
select is((select balance from trace.conservation() where direction = 'out'), 1::bigint, 'a message that vanished');
rollback to sound;
delete from messaging.queue where message_id = :'four';
select is((select adrift from trace.conservation() where direction = 'out'), 1::bigint, 'a message that waits in no lane');
rollback to sound;
insert into messaging.queue (portal_id, conversation_id, direction, seq, message_id)
select portal_id, conversation_id, direction, 99, message_id from messaging.message where message_id = :'one';
select is((select adrift from trace.conservation() where direction = 'out'), 1::bigint, 'a lane that would send what is done');
rollback to sound;
insert into messaging.queue (portal_id, conversation_id, direction, seq, message_id)
select portal_id, conversation_id, direction, 99, tenancy.new_id() from messaging.message where message_id = :'one';
select is((select adrift from trace.conservation() where direction = 'out'), 1::bigint, 'a lane that waits for nothing');
rollback to sound;
select ok(tests.is_conserved(), 'it finds nothing in a sound system');
set local role whatsappb24_worker;
select count(*) as rows from trace.conservation() \gset
reset role;
select is(:rows, 3, 'the worker may ask it');
select * from finish();
rollback;
