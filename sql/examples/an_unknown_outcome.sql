-- When an outcome is unknown, we say so: nothing is sent twice, and evidence settles it.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/an_unknown_outcome.sql
--
-- In one transaction that is rolled back. Expected output: an_unknown_outcome.out.
begin;
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/", "connector": "wab24",
    "user": {"user_id": "1", "name": "Ana", "is_admin": true}}') as portal \gset
select tenancy.finish_install(:'portal') \g /dev/null
select tenancy.add_channel(:'portal', '1', jsonb_build_object(
    'name', 'Ventas', 'connector', 'wab24', 'line_id', '7', 'phone', '573000000000', 'app_id', 'app', 'app_name', 'Acme',
    'key_sealed', 'c0ffee', 'secrets_sealed', 'c0ffee',
    'route_digest', encode(sha256('route'), 'hex'), 'header_digest', encode(sha256('header'), 'hex'))) as channel \gset
select tenancy.change_channel(:'portal', :'channel', 'connected') \g /dev/null
select message_id as hola from messaging.receive(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel',
    'key', 'wamid.hola', 'wa_id', '573111111111', 'kind', 'text', 'text', 'Hola'))) \gset

-- Two answers wait in one conversation.
select outcome
  from messaging.submit((
    select jsonb_agg(jsonb_build_object('portal_id', :'portal', 'source', 'open_line', 'key', k, 'connector', 'wab24', 'line', '7',
             'chat_key', '573111111111', 'user_id', '12', 'parts', jsonb_build_array(jsonb_build_object('kind', 'text', 'text', k))))
      from unnest(array['1', '2']) k));

-- The first is on the wire when the connection breaks: WhatsApp may have it. It is unknown, and never sent again blindly.
select message_id as first, number, token from messaging.claim('out', array[:'portal'::uuid]) \gset
select recorded, state
  from messaging.settle(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'message_id', :'first', 'number', :number, 'token', :token,
    'outcome', 'unknown', 'code', 'timeout')));

-- For a minute nothing overtakes it; its money stays held; its author is told.
select count(*) as claimed from messaging.claim('out', array[:'portal'::uuid]);
select paused, blocked_until > tenancy.now() as waits from messaging.lane where portal_id = :'portal' and direction = 'out';
select state from billing.charge where portal_id = :'portal' and message_id = :'first';
select kind, state, reason from messaging.claim_notices(array[:'portal'::uuid]) where kind = 'trouble';

-- Then a status comes that can only mean this one: the only message to that customer of which we do not know.
select outcome
  from messaging.apply_receipts(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'event', 'sent',
    'keys', '{"gs": "gs-1"}'::jsonb, 'destination', '573111111111')));
select messaging.apply_parked() as applied;
select state from messaging.message where portal_id = :'portal' and message_id = :'first';
select outcome, detail ->> 'settled_by' as settled_by from messaging.attempt where portal_id = :'portal' and message_id = :'first';

-- The lane goes on.
select text from messaging.claim('out', array[:'portal'::uuid]);
rollback;
