-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.event();
select billing.settle_event(provider, event_id, token, 'unmatched') from billing.claim_events();
select tests.pass('30 days');
select billing.replay_event('eva', 'stripe', 'evt_1', 'otra vez');
select is((select row(event_id, tries) from billing.claim_events()), row('evt_1'::text, 1), 'an event is worked on again');
select is((select actor || ': ' || reason from billing.event_deed), 'eva: otra vez', 'by whose will, and why');
select is(tests.refusal($$select billing.replay_event('eva', 'stripe', 'evt_9', 'otra vez')$$), 'WB404 unknown_event', 'one that there is');
select is(tests.refusal($$select billing.replay_event('eva', 'stripe', 'evt_1', '')$$), 'WB400 malformed_call', 'with a reason');
select * from finish();
rollback;
