-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select is(tests.event(), 'new', 'an event is kept');
select is((select row(raw, raw_digest, proven_by, state, due_at) from billing.provider_event), row(convert_to('{"id": "evt_1"}', 'UTF8'), sha256(convert_to('{"id": "evt_1"}', 'UTF8')), 'hmac:1'::text, 'new'::text, tenancy.now()), 'byte by byte, with how it was proven');
select is(tests.event(), 'seen', 'again it is only counted');
select is((select seen from billing.provider_event), 2, 'twice now');
select is(tests.event('evt_1', 'paypal'), 'new', 'each provider has its own');
select is(billing.keep_event('stripe', 'evt_2', 'x', true, '\xff00', null, 'hmac:1'), 'new', 'bytes that are no text are kept, too');
select is(tests.refusal($$select billing.keep_event('other', 'evt_3', 'x', true, '', '{}', 'hmac:1')$$), 'WB400 malformed_call', 'of a provider that there is');
select is(tests.refusal($$select billing.keep_event('stripe', 'evt_3', 'x', true, '', '{}', '')$$), 'WB400 malformed_call', 'that was proven');
select * from finish();
rollback;
