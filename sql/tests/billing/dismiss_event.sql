-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.event();
select token from billing.claim_events() \gset
select billing.settle_event('stripe', 'evt_1', :token, 'unmatched');
select billing.dismiss_event('eva', 'stripe', 'evt_1', 'no es nuestro');
select tests.pass('1 day');
select is_empty('select from billing.claim_events()', 'it is worked on no more');
select is(billing.settle_event('stripe', 'evt_1', :token, 'processed'), 'dismissed', 'nor by whoever was at it');
select is((select actor || ': ' || reason from billing.event_deed), 'eva: no es nuestro', 'who said so, and why');
select is(tests.refusal($$select billing.dismiss_event('eva', 'stripe', 'evt_1', 'otra vez')$$), 'WB409 event_state', 'once');
select billing.replay_event('eva', 'stripe', 'evt_1', 'sí es nuestro');
select is((select event_id from billing.claim_events()), 'evt_1', 'a mistake can be undone');
select * from finish();
rollback;
