-- requirement: R4-c, R1, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select tests.pass('1 minute');
select trace.write(jsonb_build_array(jsonb_build_object('log_id', tenancy.new_id(), 'portal_id', :'portal', 'level', 'WARN', 'event', 'exchange', 'direction', 'out',
  'party', 'stripe', 'method', 'POST /v1/checkout/sessions', 'status', 500, 'correlation_id', 'payment:' || :'payment', 'summary', 'down')));
select tests.pass('1 minute');
select tests.event('evt_1');
select billing.book_event('stripe', 'evt_1', (select token from billing.claim_events()),
  jsonb_build_array(tests.proof('topup', 20000000, 'stripe:pi:pi_1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1'))));
select is((select string_agg(kind || ' ' || what, ', ' order by o) from billing.payment_story(:'portal', :'payment') with ordinality s(at, kind, what, actor, amount, currency, detail, o)),
  'opened topup, attempt succeeded, exchange POST /v1/checkout/sessions, event payment_intent.succeeded, evidence topup, transfer topup, document receipt', 'from its opening to its receipt');
select is((select detail ->> 'summary' from billing.payment_story(:'portal', :'payment') where kind = 'exchange'), 'down', 'with what was said outside');
select is((select row(detail ->> 'to', amount) from billing.payment_story(:'portal', :'payment') where kind = 'transfer'), row('wallet'::text, 20000000::bigint), 'and what moved where');
select is(tests.refusal(format('select billing.payment_story(%L, %L)', :'portal', gen_random_uuid())), 'WB404 unknown_payment', 'of a payment that there is');
select is((select count(*) from billing.payment_story(:'portal', :'payment', 2)), 2::bigint, 'not more than asked for');
select * from finish();
rollback;
