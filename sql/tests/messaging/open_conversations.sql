-- requirement: R2.2-a, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as second \gset

select tests.customer_writes(:'portal', :'channel') as hello \gset
select results_eq('select chat_key, window_until from messaging.conversation',
  $$values ('5215551234567', '2026-11-23 12:00+00'::timestamptz)$$, 'a customer''s first message opens a conversation and its 24-hour window');

select tests.pass('3 hours');
select tests.customer_writes(:'portal', :'channel');
select results_eq('select window_until from messaging.conversation', $$values ('2026-11-23 15:00+00'::timestamptz)$$, 'each message opens the window anew');

select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "late", "sent_at": "2026-11-22T13:00:00Z"}'))), 'accepted', 'a message that was held up');
select results_eq('select window_until from messaging.conversation', $$values ('2026-11-23 15:00+00'::timestamptz)$$, 'does not shorten it');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "ahead", "sent_at": "2026-12-24T13:00:00Z"}'))), 'accepted', 'one from the future');
select results_eq('select window_until from messaging.conversation', $$values ('2026-11-23 15:00+00'::timestamptz)$$, 'does not open it longer than from its arrival');

select tests.pass('1 hour');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "deleted:1", "kind": "deleted", "text": null}'))), 'accepted', 'a message taken back is told');
select results_eq('select window_until from messaging.conversation', $$values ('2026-11-23 15:00+00'::timestamptz)$$, 'but opens no window');

select tests.at('2026-11-25 12:00+00');
select is(
  tests.received(jsonb_build_array(
    tests.incoming(:'portal', :'channel', '{"key": "old", "wa_id": "5215557654321", "sent_at": "2026-11-24T10:00:00Z"}'),
    tests.incoming(:'portal', :'channel', '{"key": "older", "wa_id": "5215557654321", "sent_at": "2026-11-23T10:00:00Z"}'))),
  'accepted, accepted', 'after two days of silence old messages of a new customer come in');
select results_eq($$select window_until from messaging.conversation where chat_key = '5215557654321'$$,
  $$values ('2026-11-25 10:00+00'::timestamptz)$$, 'the window counts from the newest of them, as WhatsApp does');

select tests.customer_writes(:'portal', :'second');
select results_eq('select count(*), count(distinct contact_id) from messaging.conversation where chat_key = ''5215551234567''',
  'values (2::bigint, 1::bigint)', 'the same customer on another channel is another conversation');

select is(tests.received(jsonb_build_array(
  tests.incoming(:'portal', :'channel', '{"key": "bs", "wa_id": null, "bsuid": "MX.x"}'),
  tests.incoming(:'portal', :'channel', '{"key": "bs2", "wa_id": "5215559999999", "bsuid": "MX.x"}'))), 'accepted, accepted',
  'who hides his number and then shows it');
select results_eq('select chat_key from messaging.conversation where chat_key in (''MX.x'', ''5215559999999'')',
  $$values ('5215559999999')$$, 'stays in one conversation, whose key never changes');
select * from finish();
rollback;
