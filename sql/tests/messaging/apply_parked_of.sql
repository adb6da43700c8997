-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset

select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.claimed(:'portal') \g /dev/null
select tests.receipt(:'portal', :'channel', 'enqueued', '{"gs": "gs-1"}') \g /dev/null
select tests.pass('1 second');
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-1", "wa": "wamid.1"}') \g /dev/null
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-other"}') \g /dev/null
select is(tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1", "wa": "wamid.1"}}'), 'accepted sent',
  'the answer that brings the ids applies what was parked under either of them, once');
select is((select count(*) from messaging.receipt where message_id = :'one'), 2::bigint, 'both pieces of evidence are there');
select is((select string_agg(gs_key, ' ') from messaging.parked_receipt), 'gs-other', 'another message''s receipt stays parked');
delete from messaging.parked_receipt;

-- an answer that says nothing of an id applies nothing; an unknown one looks for what can only mean it
select tests.submitted(:'portal', 'dos', '102') as two \gset
select tests.claimed(:'portal') \g /dev/null
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-2"}') \g /dev/null
select is(tests.settled(:'portal', :'two', 'unknown'), 'unknown sent', 'a receipt that came while the answer was lost settles the unknown send');
select is((select message_id from messaging.alias where key = 'gs-2'), :'two'::uuid, 'and gives it its id');
select ok((select blocked_until is null and done_seq = last_seq from messaging.lane where direction = 'out'), 'its lane is free at once');

select tests.submitted(:'portal', 'tres', '103') as three \gset
select tests.claimed(:'portal') \g /dev/null
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-3"}', '{"destination": "5215559999999"}') \g /dev/null
select is(tests.settled(:'portal', :'three', 'unknown'), 'unknown unknown', 'a receipt for another destination does not');
select is((select state from billing.charge where message_id = :'three'), 'held', 'and the hold stays');
select * from finish();
rollback;
