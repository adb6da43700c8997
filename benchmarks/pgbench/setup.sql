-- What the scripts beside this file work on: 64 portals (or `set bench.portals`), each with a channel, a wallet full of
-- money and a rate card.
-- Once per database, after `whatsappb24 migrate`, as the owner of the database:
--   psql -d … -v ON_ERROR_STOP=1 -f benchmarks/pgbench/setup.sql
-- The schema `bench` is all it adds beside customers' rows; use a database made for it.
begin;
create schema bench;
create table bench.insert1 (id bigint generated always as identity primary key, v text);
create table bench.portal (n int primary key, portal_id uuid not null, channel_id uuid not null);
create table bench.sent (n bigint generated always as identity primary key, portal int not null, gs text not null);
create sequence bench.pass;

create function bench.add_portal(p_n int) returns void language plpgsql as $$
declare
  v_portal uuid := tenancy.install_portal(jsonb_build_object(
    'member_id', 'bench' || lpad(p_n::text, 6, '0'), 'domain', 'bench.example', 'client_endpoint', 'https://bench.example/rest/',
    'server_endpoint', 'https://oauth.bitrix.info/rest/', 'connector', 'wab24', 'user', '{"user_id": "1", "is_admin": true}'::jsonb,
    'token', '{"access": "aa", "refresh": "bb", "expires_at": "2099-01-01T00:00:00Z"}'::jsonb));
  v_channel uuid;
begin
  perform tenancy.finish_install(v_portal);
  v_channel := tenancy.add_channel(v_portal, '1', jsonb_build_object(
    'name', 'bench', 'connector', 'wab24', 'line_id', '1', 'phone', '52155500' || lpad(p_n::text, 5, '0'), 'app_id', 'app', 'app_name', 'Bench',
    'key_sealed', 'aa', 'secrets_sealed', 'bb', 'route_digest', encode(sha256(('route' || p_n)::bytea), 'hex'),
    'header_digest', encode(sha256(('header' || p_n)::bytea), 'hex')));
  perform tenancy.change_channel(v_portal, v_channel, 'connected');
  perform billing.open_wallet(v_portal, 'USD', 'bench');
  perform billing.credit(jsonb_build_array(jsonb_build_object(
    'portal_id', v_portal, 'key', 'topup', 'amount', 1000000000000000, 'reason', 'topup', 'from', 'clearing_stripe')));
  insert into bench.portal values (p_n, v_portal, v_channel);
end $$;

-- Service messages cost from the moment Gupshup takes them, marketing from the moment they are sent.
select billing.publish_rate_card('bench', card_id)
  from billing.load_rate_card('bench', '{"name": "bench", "currency": "USD"}', '[
    {"line": 2, "direction": "out", "country": "*", "category": "service", "price": "0.005", "cost": "0.002", "moment": "submitted"},
    {"line": 3, "direction": "out", "country": "*", "category": "marketing", "price": "0.01", "cost": "0.006", "moment": "sent"}]');
select bench.add_portal(n) from generate_series(1, coalesce(current_setting('bench.portals', true), '64')::int) n;

-- What the scripts hand to the functions, as a service would: one jsonb array a call, keys that nobody had before.

create function bench.portal_id(p_n int) returns uuid language sql stable as $$
  select portal_id from bench.portal where n = p_n
$$;

-- The keys rise, as those of renewals and payments do; asking the kernel for a random one would cost as much as the debit.
create function bench.debits(p_n int, p_count int) returns jsonb language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  return (
    select jsonb_agg(jsonb_build_object(
             'portal_id', p.portal_id, 'key', pg_current_xact_id()::text || ':' || i, 'amount', 10, 'reason', 'bench'))
      from bench.portal p, generate_series(1, p_count) i where p.n = p_n);
end $$;

create function bench.charges(p_n int, p_count int) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'portal_id', p.portal_id, 'channel_id', p.channel_id, 'message_id', tenancy.new_id(), 'direction', 'out',
           'category', 'marketing', 'user_id', '1', 'event', 'sent'))
    from bench.portal p, generate_series(1, p_count) where p.n = p_n
$$;

create function bench.incoming(p_n int, p_count int, p_chats int default 1000) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'portal_id', p.portal_id, 'channel_id', p.channel_id, 'key', 'wamid.' || gen_random_uuid(), 'kind', 'text', 'text', 'Buenos días',
           'wa_id', '5215' || lpad(p_n::text, 3, '0') || lpad(((random() * p_chats)::int)::text, 6, '0'), 'name', 'Carla'))
    from bench.portal p, generate_series(1, p_count) where p.n = p_n
$$;

-- To as many conversations as there are messages: they can all be claimed at once.
create function bench.outgoing(p_n int, p_count int) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'portal_id', p.portal_id, 'source', 'open_line', 'key', gen_random_uuid(), 'connector', 'wab24', 'line', '1',
           'chat_key', '5215' || lpad(p_n::text, 3, '0') || lpad(i::text, 6, '0'), 'user_id', '1',
           'parts', '[{"kind": "text", "text": "Buenos días"}]'::jsonb))
    from bench.portal p, generate_series(1, p_count) i where p.n = p_n
$$;

create function bench.settled(p_claimed jsonb) returns jsonb language sql as $$
  select coalesce(jsonb_agg(c || jsonb_build_object('outcome', 'accepted', 'keys', jsonb_build_object('gs', gen_random_uuid()))), '[]')
    from jsonb_array_elements(p_claimed) c
$$;

-- The next messages that were sent, with the next word about them: sent, delivered, read, and from then on again.
create function bench.receipts(p_count int) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'portal_id', p.portal_id, 'channel_id', p.channel_id, 'keys', jsonb_build_object('gs', s.gs),
           'event', (array['sent', 'delivered', 'read'])[least(1 + k.n / z.most, 3)], 'destination', '5215550009999'))
    from (select count(*)::int as most from bench.sent) z
   cross join lateral (select nextval('bench.pass')::int from generate_series(1, p_count)) k(n)
   cross join lateral (select * from bench.sent s where s.n = 1 + k.n % z.most) s
    join bench.portal p on p.n = s.portal
$$;

create function bench.exchanges(p_n int, p_count int) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'portal_id', p.portal_id, 'channel_id', p.channel_id, 'event', 'exchange', 'level', 'INFO', 'direction', 'out', 'party', 'gupshup',
           'method', 'POST /wa/api/v1/msg', 'status', 202, 'duration_ms', 41.5, 'request', '{"destination": "•••• 4242"}'::jsonb,
           'response', '{"status": "submitted"}'::jsonb))
    from bench.portal p, generate_series(1, p_count) where p.n = p_n
$$;

-- Conversations with open windows in each of so many portals, and messages that wait for their receipts.
create procedure bench.fill(p_conversations int, p_sent int, p_portals int default 64) language plpgsql as $$
declare
  v_claimed jsonb;
begin
  for v_portal in 1 .. p_portals loop
    for v_batch in 0 .. (p_conversations - 1) / 500 loop
      perform messaging.receive((
        select jsonb_agg(jsonb_build_object(
                 'portal_id', p.portal_id, 'channel_id', p.channel_id, 'key', 'wamid.' || gen_random_uuid(), 'kind', 'text', 'text', 'Hola',
                 'wa_id', '5215' || lpad(v_portal::text, 3, '0') || lpad((v_batch * 500 + i)::text, 6, '0'), 'name', 'Carla'))
          from bench.portal p, generate_series(1, least(500, p_conversations - v_batch * 500)) i where p.n = v_portal));
      commit;
    end loop;
  end loop;
  call bench.drain('in');
  for v_batch in 0 .. (p_sent - 1) / least(500, p_conversations) loop
    perform messaging.submit(bench.outgoing(1 + v_batch % p_portals, least(500, p_conversations)));
    commit;
  end loop;
  call bench.drain('out');
end $$;

-- Hands over everything that waits, as a worker without a network would.
create procedure bench.drain(p_direction text) language plpgsql as $$
declare
  v_portals uuid[] := (select array_agg(portal_id) from bench.portal);
  v_settled jsonb;
begin
  loop
    select bench.settled(jsonb_agg(jsonb_build_object('portal_id', c.portal_id, 'message_id', c.message_id, 'number', c.number)))
      into v_settled from messaging.claim(p_direction, v_portals, 500, 500) c;
    exit when v_settled is null or v_settled = '[]';
    commit;
    perform messaging.settle(v_settled);
    if p_direction = 'out' then
      insert into bench.sent (portal, gs)
      select p.n, s -> 'keys' ->> 'gs' from jsonb_array_elements(v_settled) s
        join bench.portal p on p.portal_id = (s ->> 'portal_id')::uuid;
    end if;
    commit;
  end loop;
end $$;
commit;
