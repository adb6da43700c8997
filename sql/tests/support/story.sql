-- Builders and actors for pgTAP files, so that each reads as a story. Every function speaks to the product through
-- its public functions only.
create schema tests;
grant usage on schema tests to public;

create function tests.at(p_at timestamptz) returns void language sql as $$
  select set_config('whatsappb24.now', p_at::text, true)
$$;
comment on function tests.at(timestamptz) is 'Stops the clock at an instant, until the end of the transaction.';

create function tests.pass(p_for interval) returns void language sql as $$
  select set_config('whatsappb24.now', (tenancy.now() + p_for)::text, true)
$$;
comment on function tests.pass(interval) is 'Lets time pass.';

create function tests.create_portal(p_member_id text default 'a223c6b3710f85df22e9377d6c4f7553') returns uuid language plpgsql as $$
declare v_portal uuid;
begin
  v_portal := tenancy.install_portal(jsonb_build_object(
    'member_id', p_member_id, 'domain', 'p1.example', 'client_endpoint', 'https://p1.example/rest/',
    'server_endpoint', 'https://oauth.example/rest/', 'application_token_digest', encode(sha256(p_member_id::bytea), 'hex'),
    'scope', 'imconnector,imopenlines', 'language', 'es', 'time_zone', 'America/Bogota', 'connector', 'wab24',
    'user', jsonb_build_object('user_id', '1', 'name', 'Ana Admin', 'is_admin', true),
    'token', jsonb_build_object('access', 'aa', 'refresh', 'bb', 'expires_at', tenancy.now() + interval '1 hour')));
  perform tenancy.finish_install(v_portal);
  return v_portal;
end $$;
comment on function tests.create_portal(text) is 'An installed portal with administrator 1; its application token digest is sha256 of the member id.';

create function tests.create_channel(p_portal_id uuid, p_line text default '1', p_phone text default '5215550001111')
returns uuid language plpgsql as $$
declare v_channel uuid;
begin
  v_channel := tenancy.add_channel(p_portal_id, '1', jsonb_build_object(
    'name', 'Ventas ' || p_line, 'connector', 'wab24', 'line_id', p_line, 'phone', p_phone, 'app_id', 'app-' || p_line,
    'app_name', 'Ventas' || p_line, 'key_sealed', 'aa', 'secrets_sealed', 'bb',
    'route_digest', encode(sha256((p_portal_id || p_line)::bytea), 'hex'), 'header_digest', encode(sha256('header'), 'hex')));
  perform tenancy.change_channel(p_portal_id, v_channel, 'connected');
  return v_channel;
end $$;
comment on function tests.create_channel(uuid, text, text) is 'An active channel on a line; route digest sha256(portal id || line), header digest sha256(header).';

create function tests.customer_writes(
  p_portal_id uuid, p_channel_id uuid, p_text text default 'Hola', p_wa_id text default '5215551234567', p_key text default null)
returns uuid language sql as $$
  select message_id from messaging.receive(jsonb_build_array(jsonb_build_object(
    'portal_id', p_portal_id, 'channel_id', p_channel_id, 'key', coalesce(p_key, 'wamid.' || gen_random_uuid()),
    'wa_id', p_wa_id, 'name', 'Carla', 'kind', 'text', 'text', p_text)))
$$;
comment on function tests.customer_writes(uuid, uuid, text, text, text) is 'A customer writes; returns the message.';

create function tests.operator_writes(
  p_portal_id uuid, p_text text default 'Buenos días', p_key text default '100', p_line text default '1',
  p_chat_key text default '5215551234567', p_user_id text default '7', p_parts int default 1)
returns setof record language sql as $$
  select * from messaging.submit(jsonb_build_array(jsonb_build_object(
    'portal_id', p_portal_id, 'source', 'open_line', 'key', p_key, 'connector', 'wab24', 'line', p_line,
    'chat_key', p_chat_key, 'user_id', p_user_id, 'portal_chat_id', '1807', 'portal_message_id', p_key,
    'parts', (select jsonb_agg(jsonb_build_object('kind', 'text', 'text', p_text || case when p_parts > 1 then ' ' || n else '' end))
                from generate_series(1, p_parts) n))))
$$;
comment on function tests.operator_writes(uuid, text, text, text, text, text, int) is
  'The operator writes in the open line; returns submit''s rows (item int, part int, outcome text, reason text, detail jsonb, message_id uuid).';

create function tests.submitted(
  p_portal_id uuid, p_text text default 'Buenos días', p_key text default '100', p_line text default '1',
  p_chat_key text default '5215551234567', p_user_id text default '7')
returns uuid language sql as $$
  select s.message_id
    from tests.operator_writes(p_portal_id, p_text, p_key, p_line, p_chat_key, p_user_id)
      as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid)
$$;
comment on function tests.submitted(uuid, text, text, text, text, text) is 'The operator writes one text; returns the message.';

create function tests.claimed(p_portal_id uuid, p_direction text default 'out', p_each int default 100) returns setof uuid language sql as $$
  select message_id from messaging.claim(p_direction, array[p_portal_id], p_each)
$$;
comment on function tests.claimed(uuid, text, int) is 'The worker claims what is due; returns the messages.';

create function tests.settled(p_portal_id uuid, p_message_id uuid, p_outcome text, p_more jsonb default '{}') returns text language sql as $$
  select s.recorded || ' ' || coalesce(s.state, '')
    from messaging.settle(jsonb_build_array(jsonb_build_object(
           'portal_id', p_portal_id, 'message_id', p_message_id,
           'number', (select max(a.number) from messaging.attempt a where a.portal_id = p_portal_id and a.message_id = p_message_id),
           'outcome', p_outcome) || p_more)) s
$$;
comment on function tests.settled(uuid, uuid, text, jsonb) is 'The worker reports on the newest attempt; returns "recorded state".';

create function tests.receipt(p_portal_id uuid, p_channel_id uuid, p_event text, p_keys jsonb, p_more jsonb default '{}') returns text language sql as $$
  select r.outcome
    from messaging.apply_receipts(jsonb_build_array(jsonb_build_object(
           'portal_id', p_portal_id, 'channel_id', p_channel_id, 'event', p_event, 'keys', p_keys,
           'destination', '5215551234567') || p_more)) r
$$;
comment on function tests.receipt(uuid, uuid, text, jsonb, jsonb) is 'A status comes in; returns what became of it.';

create function tests.state_of(p_portal_id uuid, p_message_id uuid) returns text language sql as $$
  select m.state from messaging.message m where m.portal_id = p_portal_id and m.message_id = p_message_id
$$;

create function tests.lane_of(p_portal_id uuid, p_message_id uuid) returns messaging.lane language sql as $$
  select l from messaging.lane l
    join messaging.message m on m.portal_id = l.portal_id and m.conversation_id = l.conversation_id and m.direction = l.direction
   where m.portal_id = p_portal_id and m.message_id = p_message_id
$$;

create function tests.is_conserved() returns boolean language sql as $$
  select coalesce(bool_and(c.balance = 0 and c.adrift = 0), true)
    from trace.conservation(tenancy.now() - interval '40 days', tenancy.now() + interval '1 hour') c
$$;
comment on function tests.is_conserved() is 'Does every message stand where it is counted?';

create function tests.refusal_detail(p_sql text) returns jsonb language plpgsql as $$
declare
  v_state text;
  v_detail text;
begin
  execute p_sql;
  return null;
exception when others then
  get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
  return jsonb_build_object('sqlstate', v_state, 'message', sqlerrm)
    || case when pg_input_is_valid(v_detail, 'jsonb') then v_detail::jsonb else '{}' end;
end $$;
comment on function tests.refusal_detail(text) is 'Tries a statement; returns null where it is accepted, else its SQLSTATE, message and the JSON of its DETAIL.';

create function tests.refusal(p_sql text) returns text language sql as $$
  select coalesce((d ->> 'sqlstate') || ' ' || coalesce(d ->> 'reason', d ->> 'message'), 'accepted') from tests.refusal_detail(p_sql) d
$$;
comment on function tests.refusal(text) is 'Tries a statement; returns "accepted" or how it is refused, such as "WB409 line_taken".';

create function tests.incoming(p_portal_id uuid, p_channel_id uuid, p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('portal_id', p_portal_id, 'channel_id', p_channel_id, 'key', 'wamid.1', 'wa_id', '5215551234567',
    'name', 'Carla', 'kind', 'text', 'text', 'Hola') || p_more
$$;
comment on function tests.incoming(uuid, uuid, jsonb) is 'An item for messaging.receive(): Carla says Hola, unless p_more says otherwise.';

create function tests.received(p_items jsonb, p_raw bytea[] default '{}') returns text language sql as $$
  select string_agg(concat_ws(' ', r.outcome, r.reason), ', ' order by r.item) from messaging.receive(p_items, p_raw) r
$$;
comment on function tests.received(jsonb, bytea[]) is 'Calls messaging.receive(); returns what became of each item: "accepted, quarantined bad_key".';

create function tests.outgoing(p_portal_id uuid, p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('portal_id', p_portal_id, 'source', 'open_line', 'key', '100', 'connector', 'wab24', 'line', '1',
    'chat_key', '5215551234567', 'user_id', '7', 'portal_message_id', '100',
    'parts', jsonb_build_array(jsonb_build_object('kind', 'text', 'text', 'Buenos días'))) || p_more
$$;
comment on function tests.outgoing(uuid, jsonb) is 'An item for messaging.submit(): user 7 says Buenos días to Carla, unless p_more says otherwise.';

create function tests.sent(p_items jsonb, p_raw bytea[] default '{}') returns text language sql as $$
  select string_agg(concat_ws(' ', r.outcome, r.reason), ', ' order by r.item, r.part) from messaging.submit(p_items, p_raw) r
$$;
comment on function tests.sent(jsonb, bytea[]) is 'Calls messaging.submit(); returns what became of each part: "accepted, refused window".';

create function tests.lane(p_portal_id uuid, p_message_id uuid) returns text language sql as $$
  select case
           when l.paused is not null then 'paused ' || l.paused
           when l.blocked_until is not null then 'blocked'
           when l.last_seq = l.done_seq then 'idle'
           when l.next_at = 'infinity' then 'claimed'
           when l.next_at <= tenancy.now() then 'due'
           else 'waits' end || ' ' || (
             select count(*) from messaging.queue q
              where q.portal_id = l.portal_id and q.conversation_id = l.conversation_id and q.direction = l.direction)
    from tests.lane_of(p_portal_id, p_message_id) l
$$;
comment on function tests.lane(uuid, uuid) is
  'How the lane of a message stands, and how many wait in it: "idle 0", "due 2", "claimed 1", "waits 1" (back-off), "blocked 1", "paused attention 3".';

create function tests.queue_of(p_portal_id uuid, p_direction text default 'out') returns text language sql as $$
  select coalesce(string_agg(m.text, ', ' order by q.conversation_id, q.seq), '')
    from messaging.queue q join messaging.message m on m.portal_id = q.portal_id and m.message_id = q.message_id
   where q.portal_id = p_portal_id and q.direction = p_direction
$$;
comment on function tests.queue_of(uuid, text) is 'The texts that wait in a direction, lane by lane in their order.';

create function tests.evidence(p_portal_id uuid, p_message_id uuid, p_events text[], p_code text default null) returns messaging.evidence[]
language sql as $$
  select array_agg(row(n, p_portal_id, m.channel_id, p_message_id, e, tenancy.now(), p_code, null, null, null, null, n)::messaging.evidence order by n)
    from unnest(p_events) with ordinality u(e, n)
    join messaging.message m on m.portal_id = p_portal_id and m.message_id = p_message_id
$$;
comment on function tests.evidence(uuid, uuid, text[], text) is 'Events about a message, one after the other, for messaging.climb().';

create function tests.card_rows(variadic p_lines text[]) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'line', n + 1, 'direction', w[1], 'category', w[2], 'country', w[3], 'price', w[4], 'cost', w[5], 'moment', w[6],
           'free_per_month', w[7], 'surcharge', w[8], 'reverse_on_failure', w[9]) order by n)
    from unnest(p_lines) with ordinality l(text, n) cross join lateral string_to_array(l.text, ' ') w
$$;
comment on function tests.card_rows(text[]) is
  'Lines of a rate card as a CSV gives them: "out service MX 0.02 0.01 sent", then free_per_month, surcharge, reverse_on_failure.';

create function tests.publish_card(variadic p_lines text[]) returns uuid language plpgsql as $$
declare v_card uuid;
begin
  select card_id into strict v_card
    from billing.load_rate_card('staff', '{"name": "Tarifa", "currency": "USD"}', tests.card_rows(variadic p_lines)) where card_id is not null;
  perform billing.publish_rate_card('staff', v_card);
  return v_card;
end $$;
comment on function tests.publish_card(text[]) is 'The default rate card in USD, in force from now on.';

create function tests.publish_plan(p_code text, p_price text default '10', p_more jsonb default '{}') returns uuid language sql as $$
  select billing.publish_plan('staff', jsonb_build_object(
    'code', p_code, 'names', jsonb_build_object('es', p_code, 'en', p_code, 'pt', p_code), 'price', p_price, 'currency', 'USD', 'every', 'month',
    'features', '{"send": true}'::jsonb, 'grace_days', 5) || p_more)
$$;
comment on function tests.publish_plan(text, text, jsonb) is 'A plan on offer: 10 USD a month, five days of grace, no trial, unless p_more says otherwise.';

create function tests.subscription(p_channel_id uuid) returns text language sql as $$
  select concat_ws(' ', p.code, s.state, 'p' || s.period_no, to_char(s.period_starts_at at time zone s.time_zone, 'YYYY-MM-DD'), '..',
           to_char(s.period_ends_at at time zone s.time_zone, 'YYYY-MM-DD'), case when s.cancels_at_end then 'cancels' end, 'then ' || n.code)
    from billing.subscription s join billing.plan p on p.plan_id = s.plan_id left join billing.plan n on n.plan_id = s.next_plan_id
   where s.channel_id = p_channel_id
$$;
comment on function tests.subscription(uuid) is 'A channel''s subscription in short, in its own time zone: "basic trialing p0 2026-11-22 .. 2026-12-06".';

create function tests.set_subscription(p_channel_id uuid, p_state text, p_code text default null) returns void language sql as $$
  update billing.subscription s set state = p_state, plan_id = coalesce((select plan_id from billing.plan where code = p_code and withdrawn_at is null), s.plan_id)
   where s.channel_id = p_channel_id
$$;
comment on function tests.set_subscription(uuid, text, text) is 'Puts a subscription into a state (and plan), whatever it was.';

create function tests.renew() returns int language plpgsql as $$
declare v_all int := 0; v_n int;
begin
  loop
    v_n := billing.renew_due();
    exit when v_n = 0 or v_all > 1000;
    v_all := v_all + v_n;
  end loop;
  return v_all;
end $$;
comment on function tests.renew() is 'The worker''s round: renews until nothing is due; returns how many renewals it looked at.';

create function tests.create_staff(p_email text, p_role text default 'owner', p_name text default null) returns uuid language sql as $$
  select tenancy.add_staff('cli', jsonb_build_object(
    'email', p_email, 'name', coalesce(p_name, initcap(split_part(p_email, '@', 1))), 'role', p_role, 'language', 'es'))
$$;
comment on function tests.create_staff(text, text, text) is 'Somebody of the provider''s staff.';

create function tests.enters(p_staff_id uuid, p_session text) returns bytea language plpgsql as $$
begin
  perform tenancy.invite_staff('cli', p_staff_id, sha256(('link ' || p_session)::bytea));
  perform tenancy.redeem_staff_link(sha256(('link ' || p_session)::bytea), sha256(p_session::bytea));
  return sha256(p_session::bytea);
end $$;
comment on function tests.enters(uuid, text) is 'He comes in by a one-time link; returns the digest of his session.';

create function tests.create_key(
  p_portal_id uuid, p_secret text default 'wab24_one', p_scopes text[] default '{channel.view}', p_for interval default '30 days')
returns text language sql as $$
  select 'key:' || tenancy.create_key(p_portal_id, '1', 'Informes', p_scopes, tenancy.now() + p_for, 'wab24_one', sha256(p_secret::bytea))
$$;
comment on function tests.create_key(uuid, text, text[], interval) is 'A third party''s key; returns the actor that it is.';

create function tests.listed(p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('provider_id', '5e3c0b1a-0000-4000-8000-000000000001', 'name', 'pedido_listo', 'language', 'es', 'category', 'UTILITY',
    'type', 'TEXT', 'status', 'APPROVED', 'quality', 'GREEN', 'body', 'Hola {{1}}, su pedido {{2}} está listo.', 'buttons', '[]'::jsonb) || p_more
$$;
comment on function tests.listed(jsonb) is 'A template as Gupshup lists it: pedido_listo in Spanish, approved, two variables, unless p_more says otherwise.';

create function tests.sync_templates(p_portal_id uuid, p_channel_id uuid, variadic p_listed jsonb[]) returns uuid language plpgsql as $$
declare v_task record;
begin
  perform messaging.ask_template_sync(p_portal_id, p_channel_id);
  select * into strict v_task from messaging.claim_template_tasks(1000) c where c.channel_id = p_channel_id and c.kind = 'sync';
  perform messaging.settle_template_task(p_portal_id, v_task.task_id, v_task.token, jsonb_build_object('templates', to_jsonb(p_listed)));
  return (select t.template_id from messaging.template t
           where t.portal_id = p_portal_id and t.channel_id = p_channel_id and t.name = p_listed[1] ->> 'name' and t.language = p_listed[1] ->> 'language');
end $$;
comment on function tests.sync_templates(uuid, uuid, jsonb[]) is 'The worker synchronizes a channel''s templates with this list; returns the first one.';

create function tests.draft(p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('name', 'cita', 'language', 'es', 'category', 'UTILITY', 'type', 'TEXT', 'header', '', 'footer', 'Gracias',
    'body', 'Hola {{1}}, su cita es el {{2}} en nuestra sede.', 'buttons', '[]'::jsonb, 'examples', '{"body.1": "Ana", "body.2": "lunes"}'::jsonb) || p_more
$$;
comment on function tests.draft(jsonb) is 'A sound draft of a template, unless p_more says otherwise.';

create function tests.dialog_begins(
  p_portal_id uuid, p_channel_id uuid, p_rule jsonb default '{"becomes": "deal"}', p_wa_id text default '5215551234567', p_session text default '323')
returns uuid language plpgsql as $$
declare
  v_message uuid;
begin
  if p_rule is not null then
    perform tenancy.set_crm_rule(p_portal_id, p_channel_id, '1', p_rule || jsonb_build_object('version', (
      select r.version from tenancy.crm_rule r where r.portal_id = p_portal_id and r.channel_id = p_channel_id)));
  end if;
  v_message := tests.customer_writes(p_portal_id, p_channel_id, 'Hola', p_wa_id);
  perform tests.claimed(p_portal_id, 'in');
  perform tests.settled(p_portal_id, v_message, 'accepted', jsonb_build_object('chat_id', '1807', 'session_id', p_session));
  return (select conversation_id from messaging.message where portal_id = p_portal_id and message_id = v_message);
end $$;
comment on function tests.dialog_begins(uuid, uuid, jsonb, text, text) is
  'A rule is set for the CRM, a customer writes, the portal takes it into this session; returns the conversation.';

create function tests.crm_step(p_said jsonb default '{}') returns jsonb language plpgsql as $$
declare
  v_todo jsonb;
begin
  -- what is due is claimed first; else the step under way is reported
  if p_said = '{}' then
    return (select c.todo from messaging.claim_crm() c limit 1);
  end if;
  select s.todo into v_todo
    from messaging.crm_client k
   cross join messaging.settle_crm(jsonb_build_array(
     p_said || jsonb_build_object('portal_id', k.portal_id, 'conversation_id', k.conversation_id, 'token', k.token))) s
   where k.lease_until > tenancy.now();
  return v_todo;
end $$;
comment on function tests.crm_step(jsonb) is
  'The worker claims a conversation for the CRM (p_said {}) or reports a step {step, kind, id, facts, failure}; returns the next step.';

create function tests.crm_client() returns text language sql as $$
  select string_agg(concat_ws(' ', state, known - 'looked'), ', ' order by session_id) from messaging.crm_client
$$;
comment on function tests.crm_client() is 'How each conversation stands in the CRM: state and what is known.';
