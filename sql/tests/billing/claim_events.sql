-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.event();
select is((select row(event_id, token, tries, raw) from billing.claim_events()), row('evt_1'::text, 1::bigint, 1, convert_to('{"id": "evt_1"}', 'UTF8')), 'what is due is claimed');
select is_empty('select from billing.claim_events()', 'by one');
select tests.pass('2 minutes');
select is((select token from billing.claim_events()), 2::bigint, 'whose lease ends');
select billing.settle_event('stripe', 'evt_1', 2, 'processed');
select tests.pass('1 day');
select is_empty('select from billing.claim_events()', 'what is done stays done');
select * from finish();
rollback;
