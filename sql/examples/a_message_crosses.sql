-- A message crosses, and an answer crosses back: the whole product with psql.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/a_message_crosses.sql
--
-- Everything happens in one transaction that is rolled back, so it may be run anywhere; in production each call below
-- is a transaction of its own. Expected output: a_message_crosses.out (ids are replaced there by 1, 2, 3 …).
begin;

-- 1. Bitrix24 installs the application. The API has verified the token; SQL gets sealed values and digests only.
select tenancy.install_portal('{
    "member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/",
    "connector": "wab24", "language": "es", "time_zone": "America/Bogota",
    "user": {"user_id": "1", "name": "Ana", "is_admin": true},
    "token": {"access": "c0ffee", "refresh": "decade", "expires_at": "2099-01-01T00:00:00Z"}}') as portal \gset
select tenancy.finish_install(:'portal') \g /dev/null

-- 2. Its administrator connects a number to an open line; the worker does what is outside and says so.
select tenancy.add_channel(:'portal', '1', jsonb_build_object(
    'name', 'Ventas', 'connector', 'wab24', 'line_id', '7', 'phone', '+57 300 000 0000', 'app_id', 'app', 'app_name', 'Acme',
    'key_sealed', 'c0ffee', 'secrets_sealed', 'c0ffee',
    'route_digest', encode(sha256('route'), 'hex'), 'header_digest', encode(sha256('header'), 'hex'))) as channel \gset
select tenancy.change_channel(:'portal', :'channel', 'connected');
select name, phone, state, next_action, who_acts from tenancy.channels(:'portal', '1');

-- 3. A customer writes. Gupshup repeats itself, and one item is damaged: a row per item says what became of it.
select item, outcome, reason
  from messaging.receive(jsonb_build_array(
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'key', 'wamid.hola', 'wa_id', '573111111111',
      'name', 'Carla', 'kind', 'text', 'text', '¿Tienen stock?', 'raw', 1),
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'key', 'wamid.hola', 'wa_id', '573111111111'),
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'key', 'wamid.roto', 'raw', 1)),
    array['{"the": "bytes as they came"}']::bytea[]);

-- 4. The worker claims what is due for the portal and hands it over. A claim is a beginning: the attempt is written
--    before any byte leaves.
select message_id as hola, number, token from messaging.claim('in', array[:'portal'::uuid]) \gset
select recorded, state
  from messaging.settle(jsonb_build_array(jsonb_build_object(
    'portal_id', :'portal', 'message_id', :'hola', 'number', :number, 'token', :token, 'outcome', 'accepted',
    'chat_id', '1807', 'session_id', '323')));

-- 5. An operator answers in the open line. Permission, channel, 24-hour window, plan: decided in one transaction.
select outcome, reason, message_id as answer
  from messaging.submit(jsonb_build_array(jsonb_build_object(
    'portal_id', :'portal', 'source', 'open_line', 'key', '5001', 'connector', 'wab24', 'line', '7',
    'chat_key', '573111111111', 'user_id', '12', 'portal_chat_id', '1807', 'portal_message_id', '5001',
    'parts', '[{"kind": "text", "text": "Sí, quedan tres."}]'::jsonb))) \gset
\echo :outcome
select state, price, currency from billing.charge where message_id = :'answer';

-- 6. It leaves to WhatsApp; Gupshup answers with its id. What is claimed once is not claimed again.
select message_id, number, token from messaging.claim('out', array[:'portal'::uuid]) \gset
select count(*) as claimed_again from messaging.claim('out', array[:'portal'::uuid]);
select recorded, state
  from messaging.settle(jsonb_build_array(jsonb_build_object(
    'portal_id', :'portal', 'message_id', :'answer', 'number', :number, 'token', :token, 'outcome', 'accepted',
    'keys', '{"gs": "gs-77"}'::jsonb)));

-- 7. Statuses come in any order, as often as they like. A late "sent" does not undo "delivered".
select item, outcome
  from messaging.apply_receipts(jsonb_build_array(
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'delivered', 'keys', '{"gs": "gs-77", "wa": "wamid.si"}'::jsonb)));
select item, outcome
  from messaging.apply_receipts(jsonb_build_array(
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'sent', 'keys', '{"gs": "gs-77"}'::jsonb),
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'delivered', 'keys', '{"gs": "gs-77"}'::jsonb)));
select outcome
  from messaging.apply_receipts(jsonb_build_array(
    jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'read', 'keys', '{"wa": "wamid.si"}'::jsonb)));
select state from billing.charge where message_id = :'answer';

-- 8. The portal is still to be told that the operator's message left: the tick.
select kind, keys, author, chat_key from messaging.claim_notices(array[:'portal'::uuid]);

-- 9. What happened to it? Ask with any id that anybody has: here the portal's own.
select what, level, summary from trace.timeline(:'portal', '1', '5001') where what <> 'notice';

-- 10. And is anything lost? accepted = done + waiting + failed + refused + expired + unknown + quarantined;
--     balance and adrift are 0.
select direction, sum(accepted) as accepted, sum(done) as done, sum(waiting) as waiting, sum(quarantined) as quarantined,
       sum(balance) as balance, sum(adrift) as adrift
  from trace.conservation(p_portal_id => :'portal')
 group by direction
 order by direction;

rollback;
