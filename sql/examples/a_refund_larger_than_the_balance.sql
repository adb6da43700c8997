-- A customer spends most of a payment and then takes the payment back: the balance pays what it has, the rest is owed, and the
-- next top-up pays the debt first.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/a_refund_larger_than_the_balance.sql
--
-- In one transaction that is rolled back. Expected output: a_refund_larger_than_the_balance.out. Amounts are millionths.
begin;
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/", "connector": "wab24",
    "user": {"user_id": "1", "name": "Ana", "is_admin": true}}') as portal \gset
select state from billing.open_wallet(:'portal', 'USD', 'eva');
select outcome, balance from billing.credit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'paypal:capture:1', 'amount', 50000000, 'reason', 'topup', 'from', 'clearing_paypal')));
select outcome, balance from billing.debit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'sub:1:2026-11', 'amount', 35000000, 'reason', 'subscription')));

-- A debit that the balance does not cover is refused …
select outcome, reason, detail from billing.debit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'sub:2:2026-11', 'amount', 35000000, 'reason', 'subscription')));
-- … a refund that the provider has made is a fact.
select outcome, balance from billing.debit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'paypal:refund:1', 'amount', 50000000, 'reason', 'refund', 'to', 'clearing_paypal', 'shortfall', 'receivable')));
select currency, available, owed from billing.overview(:'portal', '1');

-- It is told twice, and once with another amount.
select outcome, reason from billing.debit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'paypal:refund:1', 'amount', 50000000, 'reason', 'refund', 'to', 'clearing_paypal', 'shortfall', 'receivable'),
  jsonb_build_object('portal_id', :'portal', 'key', 'paypal:refund:1', 'amount', 49000000, 'reason', 'refund', 'to', 'clearing_paypal', 'shortfall', 'receivable')));

-- The next top-up pays the debt.
select outcome, balance from billing.credit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'stripe:pi:2', 'amount', 40000000, 'reason', 'topup', 'from', 'clearing_stripe')));
select available, owed from billing.overview(:'portal', '1');
select cursor, reason, amount, balance, key from billing.statement(:'portal', '1');
select kind, balance from billing.account order by kind;
select * from billing.verify(:'portal');
rollback;
