-- requirement: R2.2-d, R2.2-e, R2.4-c
begin;
select plan(10);
create function tests.gauge(p_name text) returns numeric language sql as $$ select value from trace.gauges() where name = p_name $$;
select cmp_ok(tests.gauge('oldest_snapshot_seconds'), '>', 0.0, 'a snapshot that is held open is seen, whoever holds it');
select tests.at('2026-11-22 12:00+00');
select set_eq('select value from trace.gauges() where name not like ''%snapshot%''', array[0], 'an idle house shows zeros');

select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '101') as one \gset
select tests.submitted(:'portal', 'dos', '102') as two \gset
select tests.pass('90 seconds');
select is(tests.gauge('oldest_due_seconds'), 90::numeric, 'how long the oldest has waited');
select results_eq('select name, value from trace.gauges() where name like ''waiting%'' order by name',
  $$values ('waiting_in', 1::numeric), ('waiting_out', 2)$$, 'how much waits each way');
select tests.claimed(:'portal') \g /dev/null
select is(tests.gauge('attempts_open'), 1::numeric, 'what is on the wire');
select tests.settled(:'portal', :'one', 'unknown') \g /dev/null
select is(tests.gauge('lanes_blocked') || ' ' || tests.gauge('notices_waiting'), '1 1', 'what waits for evidence, and what is still to be told');
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "x"}', '{"destination": "1"}') \g /dev/null
select messaging.quarantine(jsonb_build_array(jsonb_build_object('portal_id', :'portal'))) \g /dev/null
select tenancy.change_channel(:'portal', :'channel', 'problem', '131031') \g /dev/null
select is(concat_ws(' ', tests.gauge('receipts_parked'), tests.gauge('quarantined'), tests.gauge('channels_attention')), '1 1 1', 'what a person may have to look at');
select tests.opened(:'portal') \g /dev/null
select tests.event('evt_1') \g /dev/null
select tests.event('evt_2') \g /dev/null
select billing.settle_event('stripe', 'evt_2', 0, 'unmatched') \g /dev/null
select tests.pass('5 minutes');
select is(concat_ws(' ', tests.gauge('payment_events_waiting'), tests.gauge('payment_events_oldest_seconds')::int, tests.gauge('payment_events_unmatched'),
  tests.gauge('payments_open'), tests.gauge('payments_open_oldest_seconds')::int), '1 300 1 1 300', 'money that is on its way, and what belongs to nothing of ours');
select tests.at('2041-11-22 12:00+00');
select tests.customer_writes(:'portal', :'channel') \g /dev/null
select is(tests.gauge('default_partition_rows'), 1::numeric, 'and a row that found no partition made for it');
set local role whatsappb24_api;
select count(*) as gauges from trace.gauges() \gset
reset role;
select cmp_ok(:gauges, '>=', 18, 'the metrics'' door may ask');
select * from finish();
rollback;
