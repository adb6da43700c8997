-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.event();
select billing.settle_event(provider, event_id, token, 'unmatched') from billing.claim_events();
select tests.pass('30 days');
select billing.replay_event('eva', 'stripe', 'evt_1');
select is((select row(event_id, tries) from billing.claim_events()), row('evt_1'::text, 1), 'an event is worked on again');
select is((select detail ->> 'replayed_by' from billing.provider_event), 'eva', 'by whose will');
select is(tests.refusal($$select billing.replay_event('eva', 'stripe', 'evt_9')$$), 'WB404 unknown_event', 'one that there is');
select * from finish();
rollback;
