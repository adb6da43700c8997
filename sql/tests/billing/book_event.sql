-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
create function pg_temp.books(p_event text, variadic p_evidence jsonb[]) returns text language sql as $$
  select billing.book_event('stripe', p_event, (select token from billing.claim_events() where event_id = p_event), to_jsonb(p_evidence))
$$;
select tests.event('evt_1');
select is(pg_temp.books('evt_1', tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}')), 'unmatched', 'evidence of nothing known leaves its event unmatched');
select is((select detail -> 'evidence' -> 0 ->> 'reason' from billing.provider_event), 'unknown_payment', 'which says why');
select tests.event('evt_2');
select is(pg_temp.books('evt_2', tests.proof('topup', 20000000, 'stripe:pi:pi_1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1'))), 'processed', 'evidence that is booked ends its event');
select is(tests.wallet(:'portal'), '20000000 0', 'in the same transaction');
select tests.event('evt_3');
select is(pg_temp.books('evt_3', tests.proof('topup', 20000000, 'stripe:pi:pi_1', '{"payment": "pi_1"}')), 'processed', 'another event of the same fact changes nothing');
select tests.pass('1 minute');
select is(pg_temp.books('evt_1', tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}')), 'processed', 'tried again, what came too early is booked');
select is(tests.wallet(:'portal'), '15000000 0', 'once each');
select tests.event('evt_4');
select is(billing.book_event('stripe', 'evt_4', (select token from billing.claim_events()), '[]'), 'processed', 'an event may move no money');
select * from finish();
rollback;
