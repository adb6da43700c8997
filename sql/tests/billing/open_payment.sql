-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select is((select row(o.outcome, o.state, o.amount, o.attempt, replace(o.idempotency_key, o.payment_id::text, 'id'), o.language) from billing.open_payment(:'portal', '1', tests.order()) o),
  row('new'::text, 'created'::text, 20000000::bigint, 1, 'topup:id:1'::text, 'es'::text), 'an intent is written before the provider is called');
select is((select currency || ' ' || balance from billing.wallet), 'USD 0', 'a portal without a wallet gets one in its customer''s currency');
select payment_id as payment from billing.payment \gset
select is((select row(o.outcome, o.payment_id, o.idempotency_key) from billing.open_payment(:'portal', '1', tests.order()) o),
  row('repeated'::text, :'payment'::uuid, 'topup:' || :'payment' || ':1'), 'a double click is the same payment, asked with the same key');
select is(tests.refusal(format('select billing.open_payment(%L, ''1'', %L)', :'portal', tests.order('{"amount": 21000000}'))), 'WB409 conflict', 'the same key is not another order');
select billing.note_payment(:'portal', :'payment', '{"outcome": "redirected", "url": "https://checkout.example/1", "expires_at": "2026-11-22T13:00:00Z", "ids": {"checkout": "cs_1", "customer": "cus_1"}}');
select is((select row(o.state, o.url, o.customer) from billing.open_payment(:'portal', '1', tests.order()) o), row('redirected'::text, 'https://checkout.example/1'::text, 'cus_1'::text), 'while its page is open it is that page');
select is((select customer from billing.open_payment(:'portal', '1', tests.order('{"key": "k2"}'))), 'cus_1', 'the provider''s customer is known from then on');
select is((select customer from billing.open_payment(:'portal', '1', tests.order('{"key": "k3", "provider": "paypal"}'))), null, 'to that provider');
select is(tests.refusal(format('select billing.open_payment(%L, ''12'', %L)', :'portal', tests.order('{"key": "k4"}'))), 'WB403 permission', 'not everybody pays');
select is((tests.refusal_detail(format('select billing.open_payment(%L, ''1'', %L)', :'portal', '{}'))) ->> 'field', 'provider', 'a bad order names its field');
select is(tests.refusal(format('select billing.open_payment(%L, ''1'', %L)', :'portal', tests.order('{"kind": "scheduled", "every": "month", "key": "k5"}'))), 'accepted', 'a top-up may come every month');
select * from finish();
rollback;
