-- requirement: R2.1-b, R2.1-d, R2.4-c
begin;
select plan(18);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.settings() returns text language sql as $$ select name || ' ' || tick_at from tenancy.channel $$;
update tenancy.channel set check_at = tenancy.now() + interval '6 hours';

select is(tenancy.configure_channel(:'portal', :'channel', '1', '{"tick_at": "delivered"}'), 'active', 'the state is returned');
select is(pg_temp.settings(), 'Ventas 1 delivered', 'what is named is changed, the rest stays');
select is((select check_at from tenancy.channel), tenancy.now() + interval '6 hours', 'the outside knows nothing of ticks');
select tests.pass('1 second');
select tenancy.configure_channel(:'portal', :'channel', '1', '{"name": "  Ventas Lima "}');
select is(pg_temp.settings(), 'Ventas Lima delivered', 'a name is trimmed');
select is((select check_at from tenancy.channel), tenancy.now(), 'the portal shows it too: the check is due');
select results_eq(
  $$select event, from_state, to_state, reason, actor from tenancy.channel_history where event = 'configure' order by change_id$$,
  $$values ('configure', 'active', 'active', 'tick_at: sent → delivered', '1'), ('configure', 'active', 'active', 'name: Ventas 1 → Ventas Lima', '1')$$,
  'the history says what, and by whom');
select tenancy.configure_channel(:'portal', :'channel', '1', '{"name": "Ventas Lima", "tick_at": null}');
select is((select count(*) from tenancy.channel_history where event = 'configure'), 2::bigint, 'what changes nothing is no change');

select is(
  tests.refusal(format('select tenancy.configure_channel(%L, %L, ''1'', ''{"name": " "}'')', :'portal', :'channel')),
  'WB400 malformed_item', 'a channel has a name');
select is(
  tests.refusal(format('select tenancy.configure_channel(%L, %L, ''1'', ''{"tick_at": "read"}'')', :'portal', :'channel')),
  'WB400 malformed_item', 'and ticks at a published rung');
select is(
  tests.refusal(format('select tenancy.configure_channel(%L, %L, ''7'', ''{"name": "x"}'')', :'portal', :'channel')),
  'WB403 permission', 'an agent changes nothing');
select is(
  tests.refusal(format('select tenancy.configure_channel(%L, gen_random_uuid(), ''1'', ''{"name": "x"}'')', :'portal')),
  'WB404 unknown_channel', 'an unknown channel is refused');
select tests.pass('1 second');
select is(tenancy.configure_channel(:'portal', :'channel', '1', '{"key_sealed": "c0ffee"}'), 'active', 'a new key leaves a channel that works at work');
select is((select key_sealed || ''::bytea from tenancy.channel), '\xc0ffee'::bytea, 'it takes the place of the old one');
select is((select reason from tenancy.channel_history order by change_id desc limit 1), 'app_key', 'the history says that, never which');
select tenancy.change_channel(:'portal', :'channel', 'problem', 'http_401', 'gupshup');
select is(tenancy.configure_channel(:'portal', :'channel', '1', '{"key_sealed": "c0ffed"}'), 'connecting', 'a channel in trouble is connected again with it');
select is(
  tests.refusal(format('select tenancy.configure_channel(%L, %L, ''1'', ''{"key_sealed": "key"}'')', :'portal', :'channel')),
  'WB400 malformed_item', 'a key comes sealed');
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
update tenancy.channel set check_at = 'infinity';
select tenancy.configure_channel(:'portal', :'channel', '1', '{"name": "Apagado"}');
select is((select check_at from tenancy.channel), 'infinity'::timestamptz, 'one of which nothing is left outside is renamed here only');
select tenancy.change_channel(:'portal', :'channel', 'remove', null, '1');
select is(
  tests.refusal(format('select tenancy.configure_channel(%L, %L, ''1'', ''{"name": "x"}'')', :'portal', :'channel')),
  'WB404 unknown_channel', 'a removed one is gone');
select * from finish();
rollback;
