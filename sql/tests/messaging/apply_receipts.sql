-- requirement: R2.2-a, R2.4-c
begin;
select plan(25);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset

-- up the ladder, in any order, as often as it likes
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select is(tests.receipt(:'portal', :'channel', 'enqueued', '{"gs": "gs-1"}'), 'applied', 'a status moves the message that Gupshup''s id names');
select is(tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-1", "wa": "wamid.1"}'), 'applied', 'a rung may be left out');
select is(tests.state_of(:'portal', :'one'), 'delivered', 'the message is delivered');
select is((select state from billing.charge where message_id = :'one'), 'captured', 'and charged');
select is((select message_id from messaging.alias where kind = 'wa' and key = 'wamid.1'), :'one'::uuid, 'WhatsApp''s id is learnt on the way');
select is(tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-1"}'), 'kept', 'a late sent does not undo delivered');
select is(tests.receipt(:'portal', :'channel', 'delivered', '{"wa": "wamid.1"}'), 'kept', 'a status that is repeated, by either id, changes nothing');
select is(tests.receipt(:'portal', :'channel', 'read', '{"gs": "gs-of-a-copy", "wa": "wamid.1"}'), 'applied', 'where Gupshup''s id is unknown, WhatsApp''s names the message');
select is(tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-1"}', '{"code": "1002"}'), 'kept', 'nothing leaves read');
select is(tests.receipt(:'portal', :'channel', 'deleted', '{"gs": "gs-1"}'), 'kept', 'a deletion is evidence and moves nothing');
select results_eq(
  format('select event, from_state, to_state from messaging.receipt where message_id = %L order by to_state nulls last, event', :'one'),
  $$values ('delivered', 'enqueued', 'delivered'), ('enqueued', 'submitted', 'enqueued'), ('read', 'delivered', 'read'),
           ('deleted', 'read', null), ('delivered', 'delivered', null), ('failed', 'read', null), ('sent', 'delivered', null)$$,
  'every status is kept as evidence, whether it moved the message or not');

-- before its id
select tests.submitted(:'portal', 'dos', '102') as two \gset
select tests.claimed(:'portal') \g /dev/null
select is(tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-2"}'), 'parked', 'a status that outruns our own answer is parked');
select is(tests.settled(:'portal', :'two', 'accepted', '{"keys": {"gs": "gs-2"}}'), 'accepted delivered', 'and applied when the answer brings its id');

-- a failure that a delivery may contradict
select tests.submitted(:'portal', 'tres', '103') as three \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'three', 'accepted', '{"keys": {"gs": "gs-3"}}') \g /dev/null
select is(tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-3"}', '{"code": "131026"}'), 'held', '131026 is held back');
select is(tests.state_of(:'portal', :'three'), 'submitted', 'nobody is told yet');

-- a failure that a person must mend
select tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-2"}', '{"code": "131031", "policy": "fix"}') \g /dev/null
select is((select state from tenancy.channel), 'active', 'a failure that moves nothing troubles nobody');
select tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-3"}', '{"code": "131031", "policy": "fix", "reason": "locked"}') \g /dev/null
select is((select state || ' ' || state_reason from tenancy.channel), 'attention 131031', 'a failure to be mended turns the channel to attention');

-- poisoned items beside a good one; the bytes are kept with the facts that name them
select results_eq(
  format($$
    select item, outcome, reason from messaging.apply_receipts(jsonb_build_array(
      7, '[]'::jsonb, null,
      jsonb_build_object('portal_id', 'x', 'channel_id', %2$L, 'event', 'sent', 'keys', '{"gs": "gs-1"}'::jsonb),
      jsonb_build_object('portal_id', %1$L, 'channel_id', gen_random_uuid(), 'event', 'sent', 'raw', 2),
      jsonb_build_object('portal_id', %1$L, 'channel_id', %2$L, 'event', 'vanished', 'raw', 1),
      jsonb_build_object('portal_id', %1$L, 'channel_id', %2$L, 'event', 'sent', 'keys', 'x'),
      jsonb_build_object('portal_id', %1$L, 'channel_id', %2$L, 'event', 'sent', 'keys', '{"gs": "g"}'::jsonb, 'at', 'yesterday'),
      jsonb_build_object('portal_id', %1$L, 'channel_id', %2$L, 'event', 'sent', 'keys', '{"gs": "g"}'::jsonb, 'doubts', '["timestamp"]'::jsonb),
      jsonb_build_object('portal_id', %1$L, 'channel_id', %2$L, 'event', 'mismatch', 'alias', '{"phone": "", "wa_id": "1"}'::jsonb),
      jsonb_build_object('portal_id', %1$L, 'channel_id', %2$L, 'event', 'delivered', 'keys', '{"gs": "gs-3"}'::jsonb, 'raw', 'x', 'code', '{}'::jsonb)),
      array['first', 'second']::bytea[])$$, :'portal', :'channel'),
  $$values (1, 'rejected', 'not_an_object'), (2, 'rejected', 'not_an_object'), (3, 'rejected', 'not_an_object'),
           (4, 'rejected', 'unknown_channel'), (5, 'rejected', 'unknown_channel'), (6, 'quarantined', 'unknown_event'),
           (7, 'quarantined', 'no_key'), (8, 'quarantined', 'bad_timestamp'), (9, 'quarantined', 'bad_timestamp'),
           (10, 'quarantined', 'no_alias'), (11, 'applied', null)$$,
  'one bad item never fails its siblings');
select is(tests.state_of(:'portal', :'three'), 'delivered', 'and evidence of delivery heals a failure');
select results_eq(
  $$select q.reason, encode(r.body, 'escape') from messaging.quarantined q left join messaging.raw r on r.raw_id = q.raw_id order by q.reason$$,
  $$values ('bad_timestamp', null), ('bad_timestamp', null), ('no_alias', null), ('no_key', null), ('unknown_event', 'first')$$,
  'what could not be read is shown with its bytes');
select is((select count(*) from messaging.raw where body = 'second'), 0::bigint, 'bytes that name no channel of ours are not kept');
select is(
  (select string_agg(outcome, ' ' order by item) from messaging.apply_receipts(jsonb_build_array(
     jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'mismatch', 'alias', '{"phone": "525551234567", "wa_id": "5215551234567"}'::jsonb)))),
  'noted', 'a mismatch speaks of the customer, not of a message');
select is((select count(distinct contact_id) || ' ' || count(*) from messaging.identifier), '1 2', 'whose digits join his graph');

select is(tests.refusal('select * from messaging.apply_receipts(''{}'')'), 'WB400 malformed_call', 'a call that is no array is refused');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
