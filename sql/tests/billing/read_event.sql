-- requirement: R4-c, R1, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select tests.event('evt_1');
select billing.book_event('stripe', 'evt_1', (select token from billing.claim_events()),
  jsonb_build_array(tests.proof('topup', 20000000, 'stripe:pi:pi_1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1'))));
select billing.replay_event('eva', 'stripe', 'evt_1', 'por si acaso');
select is((select convert_from(raw, 'UTF8') || proven_by from billing.read_event('stripe', 'evt_1')), '{"id": "evt_1"}hmac:1', 'an event byte by byte, and how it was proven');
select is((select payments -> 0 ->> 'payment_id' from billing.read_event('stripe', 'evt_1')), :'payment', 'the payment that it told of');
select is((select deeds -> 0 ->> 'reason' from billing.read_event('stripe', 'evt_1')), 'por si acaso', 'what staff did, and why');
select is(tests.refusal($$select billing.read_event('stripe', 'evt_9')$$), 'WB404 unknown_event', 'one that there is');
select * from finish();
rollback;
