-- requirement: R4-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.event();
select token from billing.claim_events() \gset
select is(billing.settle_event('stripe', 'evt_1', :token - 1, 'processed'), 'new', 'an old claim changes nothing');
select is(billing.settle_event('stripe', 'evt_1', :token, 'unmatched', '{"why": "x"}'), 'unmatched', 'what belongs to nothing');
select is((select due_at - tenancy.now() from billing.provider_event), interval '1 minute', 'is tried again in a minute: its payment may come later');
select tests.pass('1 minute');
select billing.settle_event('stripe', 'evt_1', token, 'failed') from billing.claim_events();
select is((select due_at - tenancy.now() from billing.provider_event), interval '2 minutes', 'then in two');
select tests.pass('73 hours');
select billing.settle_event('stripe', 'evt_1', token, 'unmatched') from billing.claim_events();
select is((select due_at from billing.provider_event), 'infinity'::timestamptz, 'after three days it rests where staff see it');
select tests.event('evt_2');
select is(billing.settle_event('stripe', 'evt_2', (select token from billing.claim_events()), 'ignored'), 'ignored', 'what does not concern us');
select is(billing.settle_event('stripe', 'evt_2', 1, 'failed'), 'ignored', 'has ended');
select is(tests.refusal($$select billing.settle_event('stripe', 'evt_9', 1, 'ignored')$$), 'WB404 unknown_event', 'an event that there is');
select is(tests.refusal($$select billing.settle_event('stripe', 'evt_1', 1, 'new')$$), 'WB400 malformed_call', 'with an end that there is');
select * from finish();
rollback;
