-- A payment from the intent to the receipt: the evidence comes twice and out of order, most of the money is spent, all of it is refunded;
-- what the balance lacks is owed. Then the refund comes back, because it did not arrive.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/a_payment_and_its_refund.sql
--
-- In one transaction that is rolled back. Expected output: a_payment_and_its_refund.out. Amounts are millionths.
begin;
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/", "connector": "wab24",
    "user": {"user_id": "1", "name": "Ana", "is_admin": true}}') as portal \gset
select provider, currency, minimum, maximum from billing.topup_offers(:'portal', '1');

-- The intent is written before the provider is called.
select payment_id as payment from billing.open_payment(:'portal', '1', jsonb_build_object('provider', 'stripe', 'kind', 'topup',
  'amount', 50000000, 'currency', 'USD', 'livemode', true, 'key', 'click-1', 'return_digest', encode(sha256('return-1'), 'hex'))) \gset
select billing.note_payment(:'portal', :'payment',
  '{"outcome": "redirected", "url": "https://checkout.example/c/1", "ids": {"checkout": "cs_1", "customer": "cus_1"}}') as state;

-- An event is kept byte by byte, and counted when it comes again.
select billing.keep_event('stripe', 'evt_1', 'charge.updated', true, '\x7b7d', '{}', 'hmac:1');
select billing.keep_event('stripe', 'evt_1', 'charge.updated', true, '\x7b7d', '{}', 'hmac:1');

-- What is booked is evidence, read from the provider: here the fee before the money, then both again.
\set fee '{"provider": "stripe", "business_key": "stripe:pi:pi_1:fee", "kind": "fee", "amount": 1750000, "currency": "USD", "ids": {"checkout": "cs_1", "payment": "pi_1"}, "at": "2026-11-22T12:00:05Z", "livemode": true}'
\set topup '{"provider": "stripe", "business_key": "stripe:pi:pi_1", "kind": "topup", "amount": 58000000, "tax": 8000000, "currency": "USD", "ids": {"checkout": "cs_1", "payment": "pi_1"}, "at": "2026-11-22T12:00:00Z", "livemode": true}'
select outcome, reason from billing.settle_payment(jsonb_build_array(:'fee'::jsonb));
select outcome, reason from billing.settle_payment(jsonb_build_array(:'topup'::jsonb));
select outcome, reason from billing.settle_payment(jsonb_build_array(:'topup'::jsonb, :'fee'::jsonb, :'topup'::jsonb || '{"amount": 59000000}'));
select state, captured, tax, receipt_name from billing.payments(:'portal', '1');
select kind, balance from billing.account order by kind;

-- Most of it is spent; then all of it is refunded.
select outcome, balance from billing.debit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'sub:1:2026-11', 'amount', 35000000, 'reason', 'subscription')));
select refund_id as refund from billing.open_refund(:'portal', 'eva', :'payment', null, 'the customer asked for it', 'click-2') \gset
select outcome from billing.settle_payment(jsonb_build_array(jsonb_build_object('provider', 'stripe', 'business_key', 'stripe:re:re_1',
  'kind', 'refund', 'amount', 58000000, 'currency', 'USD', 'ids', jsonb_build_object('payment', 'pi_1', 'refund', 're_1', 'refund_id', :'refund'),
  'at', '2026-11-23T09:00:00Z', 'livemode', true)));
select currency, available, owed from billing.overview(:'portal', '1');
select state, amount from billing.refunds(:'portal', '1', :'payment');

-- It did not arrive: all of it is reversed, the debt is paid.
select outcome from billing.settle_payment('[{"provider": "stripe", "business_key": "stripe:re:re_1:failed", "kind": "refund_failed",
  "amount": 58000000, "currency": "USD", "ids": {"payment": "pi_1", "refund": "re_1"}, "at": "2026-11-25T09:00:00Z", "livemode": true}]');
select available, owed from billing.overview(:'portal', '1');
select cursor, reason, amount, balance, key from billing.statement(:'portal', '1');
select name, kind, net, tax, total from billing.documents(:'portal', '1') order by name;
select * from billing.verify(:'portal');
rollback;
