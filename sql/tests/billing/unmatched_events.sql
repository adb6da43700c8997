-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.event('evt_1');
select tests.event('evt_2');
select tests.event('evt_3');
select billing.settle_event(provider, event_id, token, case event_id when 'evt_1' then 'unmatched' when 'evt_2' then 'failed' else 'processed' end, '{"why": "x"}') from billing.claim_events();
select is((select array_agg(event_id || ' ' || state) from billing.unmatched_events()), array['evt_1 unmatched', 'evt_2 failed'], 'staff see what belongs to nothing, and what failed');
select is((select detail ->> 'why' from billing.unmatched_events() where event_id = 'evt_1'), 'x', 'with why');
select is_empty($$select from billing.unmatched_events(p_before => '2026-11-22 12:00+00')$$, 'page by page');
select billing.dismiss_event('eva', 'stripe', 'evt_2', 'no es nuestro');
select is((select array_agg(event_id) from billing.unmatched_events()), array['evt_1'], 'what was dismissed is out of the way');
select is((select array_agg(event_id) from billing.unmatched_events('dismissed')) || (select array_agg(event_id) from billing.unmatched_events('processed')), array['evt_2'], 'and can be found');
select * from finish();
rollback;
