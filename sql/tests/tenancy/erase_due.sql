-- requirement: R2.1-b, R2.4-c
-- The whole way: a removed channel's contents go, piece by piece, everything else stays.
begin;
select plan(25);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset

-- Carla knows both channels, Diego only the one that goes
select message_id as carla from messaging.receive(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"text": "palabras de Carla", "raw": 1, "media": {"url": "https://files/1"}}')), array['bytes of Carla'::bytea]) \gset
select tests.customer_writes(:'portal', :'channel', 'palabras de Diego', '5215557777777', 'wamid.diego') as diego \gset
update messaging.contact set name = 'Diego' where contact_id = (select contact_id from messaging.identifier where value = '5215557777777');
select message_id as elsewhere from messaging.receive(jsonb_build_array(tests.incoming(:'portal', :'other', '{"key": "wamid.2", "text": "en el otro canal", "raw": 1}')), array['bytes of the other'::bytea]) \gset
select tests.submitted(:'portal', 'respuesta') as answer \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'answer', 'accepted', '{"keys": {"gs": "g1"}}');
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "g1"}', '{"said": "x"}');
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "names nothing"}');
select messaging.quarantine(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'door', 'gupshup', 'item', 'secret words', 'raw', 1),
  jsonb_build_object('portal_id', :'portal', 'channel_id', :'other', 'door', 'gupshup', 'item', 'other words', 'raw', 2)), array['q1'::bytea, 'q2'::bytea]);
select messaging.record_events(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'fact', 'billing', 'raw', 1)), array['e1'::bytea]);
select trace.write(jsonb_build_array(
  jsonb_build_object('level', 'INFO', 'event', 'exchange', 'portal_id', :'portal', 'channel_id', :'channel', 'message_id', :'answer', 'request', jsonb_build_object('text', 'respuesta')),
  jsonb_build_object('level', 'INFO', 'event', 'exchange', 'portal_id', :'portal', 'channel_id', :'channel', 'request', jsonb_build_object('text', 'en general')),
  jsonb_build_object('level', 'INFO', 'event', 'exchange', 'portal_id', :'portal', 'channel_id', :'other', 'request', jsonb_build_object('text', 'del otro'))));

select is_empty('select from tenancy.erase_due()', 'nothing is due where nobody asked');
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select tenancy.remove_channel(:'portal', :'channel', '1', 'erase');
create temporary table piece (n serial, step text, touched int, files uuid[]);
do $$
begin
  loop
    insert into piece (step, touched, files) select e.step, e.touched, e.files from tenancy.erase_due(2) e;
    exit when not found or (select count(*) from piece) > 50;
  end loop;
end $$;

select results_eq('select step, sum(touched)::int from piece group by step order by min(n)',
  $$select * from (values ('messages', 3), ('log', 3), ('rest', 4)) v$$, 'in pieces: the messages, the log, the rest');
select cmp_ok((select max(touched) from piece where step = 'messages'), '<=', 2, 'no piece is larger than asked for');
select set_eq('select unnest(files) from piece', array[:'carla'::uuid], 'the messages whose files must go are named');
select isnt((select done_at from tenancy.erasure), null, 'it says that it is done');
select is((select messages from tenancy.erasure), 3::bigint, 'and how many messages it was');

-- what went
select is_empty(format($$select text from messaging.message where channel_id = %L and (text is not null or media is not null or raw_id is not null)$$, :'channel'), 'no words are left, no files, no bytes');
select set_eq(format($$select distinct payload from messaging.message where channel_id = %L$$, :'channel'), array[jsonb_build_object('erased_at', tenancy.now())], 'each message says when they were erased');
select results_eq('select body from messaging.raw order by body', array['bytes of the other'::bytea, 'q2'], 'their raw bytes are gone');
select results_eq('select request ->> ''text'' from trace.log where request is not null', array['del otro'], 'the log keeps nothing of them');
select is((select count(*) from trace.log), 3::bigint, 'but its lines');
select results_eq('select item #>> ''{}'' from messaging.quarantined', array['other words'], 'what was quarantined is gone');
select is((select name from messaging.contact where contact_id = (select contact_id from messaging.identifier where value = '5215557777777')), '', 'a customer whom only this channel knew has no name');
select is((select name from messaging.contact where contact_id = (select contact_id from messaging.identifier where value = '5215551234567')), 'Carla', 'one whom another channel knows keeps it');
select is_empty('select from messaging.parked_receipt', 'receipts that named nothing are gone');
select is((select count(*) from messaging.notice where message_id = :'answer'), 0::bigint, 'nobody is told of them any more');

-- what stays
select is((select count(*) from messaging.message where channel_id = :'channel'), 3::bigint, 'the messages are there');
select is(tests.state_of(:'portal', :'answer'), 'delivered', 'with their states');
select is((select count(*) from billing.charge where channel_id = :'channel'), 1::bigint, 'the charges');
select is((select count(*) from messaging.receipt where message_id = :'answer'), 1::bigint, 'the evidence');
select is((select count(*) from messaging.alias where message_id = :'answer'), 2::bigint, 'and the ids by which they are found');
select is((select text from messaging.message where message_id = :'elsewhere'), 'en el otro canal', 'the other channel is untouched');
select is(
  (select row(t.summary, (t.detail ->> 'erased_at')::timestamptz, t.detail -> 'text') from trace.timeline(:'portal', '1', :'answer') t where t.what = 'message'),
  row('out open_line text -> delivered (contents erased with the channel)'::text, tenancy.now(), null::jsonb), 'its story is still told, and says what was erased');
select ok(tests.is_conserved(), 'everything still stands where it is counted');
select is_empty('select from tenancy.erase_due()', 'and nothing is due any more');
select * from finish();
rollback;
