-- A company tops up its balance and writes a hundred messages: what is held, what is paid, and what the books say.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/a_top_up_and_a_hundred_messages.sql
--
-- In one transaction that is rolled back. Expected output: a_top_up_and_a_hundred_messages.out. Amounts are millionths.
begin;
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/", "connector": "wab24",
    "user": {"user_id": "1", "name": "Ana", "is_admin": true}}') as portal \gset
select currency, balance, state from billing.open_wallet(:'portal', 'USD', 'eva');
select outcome, balance from billing.credit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'stripe:pi:1', 'amount', 1000000, 'reason', 'topup', 'from', 'clearing_stripe'),
  jsonb_build_object('portal_id', :'portal', 'key', 'stripe:pi:1:tax', 'amount', 160000, 'reason', 'tax', 'from', 'clearing_stripe', 'to', 'tax')));

-- The provider's evidence comes twice: the money once.
select outcome, balance from billing.credit(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'key', 'stripe:pi:1', 'amount', 1000000, 'reason', 'topup', 'from', 'clearing_stripe')));

-- A price list: a service message to Mexico costs 0.0125, of which 0.008 are our cost.
select card_id as card from billing.load_rate_card('eva', '{"name": "Tarifa 2026", "currency": "USD"}',
  '[{"line": 2, "direction": "out", "category": "service", "country": "MX", "price": "0.0125", "cost": "0.008", "moment": "sent"}]') \gset
select billing.publish_rate_card('eva', :'card');

-- A hundred messages: 80 fit, the rest is refused with the figures.
select array_agg(tenancy.new_id()) as messages from generate_series(1, 100) \gset
select outcome, reason, count(*), min(detail ->> 'available') as available, min(detail ->> 'price') as price
  from billing.hold((select jsonb_agg(jsonb_build_object('portal_id', :'portal', 'message_id', m, 'channel_id', '00000000-0000-0000-0000-000000000001',
                                                         'direction', 'out', 'country', 'MX')) from unnest(:'messages'::uuid[]) m))
 group by outcome, reason order by outcome;
select balance, held, available from billing.overview(:'portal', '1');

-- 50 were sent, 10 failed, of 20 nobody knows yet: their price stays held.
select billing.move_charges((select jsonb_agg(jsonb_build_object('portal_id', portal_id, 'message_id', message_id,
                                                                 'event', case when n <= 50 then 'sent' else 'failed' end))
                               from (select portal_id, message_id, row_number() over (order by message_id) as n from billing.charge) c where n <= 60)) as moved;
select balance, held, available from billing.overview(:'portal', '1');

-- The books: one transfer for fifty messages, every balance explained, all of them together zero.
select reason, debit, credit, amount, debit_balance, credit_balance, cardinality(messages) as messages from billing.transfer order by at, debit_seq;
select kind, balance from billing.account order by kind;
select * from billing.verify(:'portal');
rollback;
