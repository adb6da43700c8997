-- requirement: R2.1-b, R2.1-c, R2.4-c
begin;
select plan(20);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.facts(p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object(
    'name', 'Ventas', 'connector', 'wab24', 'line_id', '1', 'phone', '+52 1 555 000-1111', 'app_id', 'app-1',
    'app_name', 'Ventas1', 'key_sealed', 'aa', 'secrets_sealed', 'bb', 'route_digest', encode(sha256('route'), 'hex'),
    'header_digest', encode(sha256('header'), 'hex')) || p_more
$$;
create function pg_temp.tried(p_portal uuid, p_more jsonb default '{}', p_actor text default '1') returns text language sql as $$
  select tests.refusal(format('select tenancy.add_channel(%L, %L, %L)', p_portal, p_actor, pg_temp.facts(p_more)))
$$;

-- Who may, and with what
select is(pg_temp.tried(gen_random_uuid()), 'WB404 unknown_portal', 'a portal that never installed us adds nothing');
select is(pg_temp.tried(:'portal', p_actor => '7'), 'WB403 permission', 'an agent adds nothing');
select is(pg_temp.tried(:'portal', p_actor => null), 'WB403 permission', 'neither does nobody');
select is(pg_temp.tried(:'portal', '{"phone": "my phone"}'), 'WB400 malformed_item', 'a number without digits is no number');
select is(
  tests.refusal_detail(format('select tenancy.add_channel(%L, ''1'', %L)', :'portal', pg_temp.facts('{"line_id": "one"}'))) ->> 'field',
  'line_id', 'the detail names the field that is wrong');
select is(pg_temp.tried(:'portal', '{"app_id": null}'), 'WB400 malformed_item', 'what is missing is refused');
select is(pg_temp.tried(:'portal', '{"key_sealed": "my secret"}'), 'WB400 malformed_item', 'a key that was not sealed is refused');
select is(pg_temp.tried(:'portal', '{"route_digest": "abcd"}'), 'WB400 malformed_item', 'so is a digest that is none');
select is_empty('select from tenancy.channel', 'and nothing of a refused call stays');

-- What is added
select tenancy.add_channel(:'portal', '1', pg_temp.facts()) as channel \gset
select is(
  (select row(name, phone, line_id, state, created_by) from tenancy.channel where channel_id = :'channel'),
  row('Ventas'::text, '5215550001111'::text, '1'::text, 'connecting'::text, '1'::text),
  'the channel is being connected; its number is kept as digits');
select is(
  (select row(event, from_state, to_state, actor) from tenancy.channel_history where channel_id = :'channel'),
  row('connect'::text, 'draft'::text, 'connecting'::text, '1'::text), 'its history begins with who connected it');
select set_eq(
  'select channel_id from tenancy.claim_checks()', array[:'channel'::uuid], 'the worker is to set it up at once');
select is(
  (select channel_id from tenancy.route_webhook(sha256('route'), sha256('header'))), :'channel'::uuid, 'its webhook finds it');
select tenancy.add_channel(:'portal', '1', pg_temp.facts(jsonb_build_object(
  'name', '', 'line_id', '2', 'phone', '573001112222', 'route_digest', encode(sha256('2'), 'hex'))));
select is((select name from tenancy.channel where line_id = '2'), '+573001112222', 'a channel without a name is called by its number');

-- One line, one number
select is(pg_temp.tried(:'portal', '{"phone": "573009998888"}'), 'WB409 line_taken', 'a line has one channel');
select is(pg_temp.tried(:'portal', '{"line_id": "9"}'), 'WB409 line_taken', 'a number has one channel');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select is(
  pg_temp.tried(:'portal', jsonb_build_object('route_digest', encode(sha256('3'), 'hex'))), 'accepted',
  'a disconnected channel gives both free');
select is(
  pg_temp.tried(tests.create_portal('b223'), jsonb_build_object('route_digest', encode(sha256('4'), 'hex'))), 'accepted',
  'another portal has lines of its own');
select is(
  tests.refusal_detail(format('select tenancy.add_channel(%L, ''1'', %L)', :'portal', pg_temp.facts('{"line_id": "8", "phone": "573004445555"}'))) ->> 'field',
  'route_digest', 'the secret of a webhook is used once');
select tenancy.uninstall_portal(:'portal');
select is(pg_temp.tried(:'portal', '{"line_id": "9"}'), 'WB409 portal_state', 'an uninstalled portal adds nothing');
select * from finish();
rollback;
