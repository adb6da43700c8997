-- requirement: R2.5-b, R2.1-b, R2.4-c
-- One story a test: what was told, and what is made of it: outcome, code, action.
begin;
select plan(40);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.verdict(p_test text) returns text language sql as $$
  select concat_ws(' ', t.outcome, t.code, t.action) from tenancy.channel c cross join lateral tenancy.connection_tests(c.portal_id, c.channel_id) t where t.test = p_test
$$;
create function pg_temp.told(p_fact text, p_value jsonb, p_failure jsonb default null) returns void language sql as $$
  select tenancy.keep_facts(portal_id, channel_id, jsonb_build_array(jsonb_build_object('fact', p_fact, 'value', p_value, 'failure', p_failure))) from tenancy.channel
$$;

select results_eq(
  format('select place, test, party from tenancy.connection_tests(%L, %L)', :'portal', :'channel'),
  'select place::int, test, party from tenancy.connection_test order by place', 'every published test has its row, in order');
select is_empty(
  format($$select test from tenancy.connection_tests(%L, gen_random_uuid())$$, :'portal'), 'a channel that is not there has none');

-- Installation and token
select is(pg_temp.verdict('install_finished'), 'ok', 'the installation is finished');
select is(pg_temp.verdict('token'), 'ok', 'a token of an administrator works');
select is(
  (select at from tenancy.connection_tests(:'portal', :'channel') where test = 'token'), tenancy.now(), 'and says since when');
update tenancy.portal set state = 'installing';
select is(pg_temp.verdict('install_finished'), 'fail portal_state reinstall', 'an installation that nobody finished is finished by installing again');
update tenancy.portal set installed_at = tenancy.now(), state = 'installed';
select pg_temp.told('line', '{"works": true}');
select pg_temp.told('events', '{"missing": []}');
select is(pg_temp.verdict('connector_active'), 'ok', 'the connector works on the line');
select is(pg_temp.verdict('events_bound'), 'ok', 'and the portal tells us everything');
select tenancy.break_token(:'portal', '1', 'invalid_grant');
select is(pg_temp.verdict('token'), 'fail no_token open_application', 'without a token an administrator opens the application');
select is(pg_temp.verdict('connector_active'), 'waiting', 'what only the portal could tell waits for it');
select is(pg_temp.verdict('events_bound'), 'waiting', 'so that one cause is one red line');
select tenancy.uninstall_portal(:'portal');
select is(pg_temp.verdict('install_finished'), 'fail portal_uninstalled reinstall', 'an application that was removed is installed again');
select is(pg_temp.verdict('token'), 'waiting', 'and only that is asked for');
update tenancy.portal set state = 'suspended', state_reason = 'PAYMENT_REQUIRED';
update tenancy.portal_token set broken_at = null, broken_reason = null;
update tenancy.channel set state = 'active';
select is(pg_temp.verdict('token'), 'fail PAYMENT_REQUIRED reinstall', 'a refusal by the authorization server is named');
update tenancy.portal set state = 'installed', state_reason = null;

-- The portal's side
select pg_temp.told('events', '{"missing": ["ONIMCONNECTORMESSAGEADD"]}');
select is(pg_temp.verdict('events_bound'), 'fail events_missing repair', 'events that are not bound are repaired');
select is(
  (select detail from tenancy.connection_tests(:'portal', :'channel') where test = 'events_bound'), 'ONIMCONNECTORMESSAGEADD', 'the missing ones are named');
select pg_temp.told('events', null, '{"code": "timeout", "policy": "retry", "message": "no answer"}');
select is(pg_temp.verdict('events_bound'), 'warn timeout check_again', 'a silence is asked again');
select pg_temp.told('line', null, '{"code": "line_not_connected", "policy": "retry"}');
select is(pg_temp.verdict('connector_active'), 'fail line_not_connected repair', 'a line that does not come up is connected again');
select pg_temp.told('line', null, '{"code": "NOT_ACTIVE_LINE", "policy": "fix"}');
select is(pg_temp.verdict('connector_active'), 'fail NOT_ACTIVE_LINE check_line', 'a line that is off is switched on in the portal');
select pg_temp.told('line', null, '{"code": "http_503", "policy": "retry"}');
select is(pg_temp.verdict('connector_active'), 'warn http_503 check_again', 'a disturbance is not the line''s fault');

-- Gupshup's side
select is(pg_temp.verdict('gupshup_app'), 'waiting', 'nothing is known before it was asked');
select pg_temp.told('callback', '{"state": "set"}');
select pg_temp.told('app', '{"name": "Acme"}');
select is(pg_temp.verdict('callback_ours') || ', ' || pg_temp.verdict('gupshup_app'), 'ok, ok', 'the callback is ours and the key is right');
select pg_temp.told('callback', null, '{"code": "http_401", "policy": "fix", "message": "Authentication Failed"}');
select is(pg_temp.verdict('gupshup_app'), 'fail http_401 check_key', 'a wrong key is the application''s red line');
select is(pg_temp.verdict('callback_ours'), 'waiting', 'and the callback''s test waits for it');
select pg_temp.told('callback', null, '{"code": "http_400", "policy": "never", "message": "Invalid URL Passed"}');
select is(pg_temp.verdict('callback_ours'), 'fail http_400 repair', 'a callback that Gupshup does not take is set again');
select pg_temp.told('callback', '{"state": "set"}');
select pg_temp.told('health', '{"healthy": false}');
select is(pg_temp.verdict('gupshup_app'), 'fail app_unhealthy contact_gupshup', 'Gupshup''s own verdict counts');
select pg_temp.told('health', null, '{"code": "not_offered", "policy": "never"}');
select pg_temp.told('health', '{"healthy": true}');
select pg_temp.told('account_status', '{"account": "ACTIVE", "number": "CONNECTED", "can_send": "BLOCKED", "error": "Look at WhatsApp Manager"}');
select is(pg_temp.verdict('gupshup_app'), 'fail account_restricted contact_gupshup', 'a blocked account is for Gupshup''s support');
select matches(
  (select detail from tenancy.connection_tests(:'portal', :'channel') where test = 'gupshup_app'), 'BLOCKED, Look at', 'with Meta''s words');
select pg_temp.told('account_status', '{"account": "ACTIVE", "number": "FLAGGED", "can_send": "AVAILABLE"}');
select is(pg_temp.verdict('gupshup_app'), 'warn account_limited contact_gupshup', 'a flagged number still works');
select pg_temp.told('account_status', '{"account": "ACTIVE", "number": "CONNECTED", "can_send": "AVAILABLE"}');

-- Wallet: told, or seen by what becomes of messages
select is(pg_temp.verdict('gupshup_wallet'), 'waiting', 'of a wallet nothing is known');
select pg_temp.told('wallet', '{"amount": "12.5", "currency": "USD"}');
select is(pg_temp.verdict('gupshup_wallet'), 'ok', 'one with money is well');
select pg_temp.told('wallet', '{"amount": "0.4", "currency": "USD"}');
select is(pg_temp.verdict('gupshup_wallet'), 'warn 1003 top_up_gupshup', 'one that is nearly empty should be topped up');
select pg_temp.told('wallet', '{"amount": "-0.1", "currency": "USD"}');
select is(pg_temp.verdict('gupshup_wallet'), 'fail 1003 top_up_gupshup', 'an empty one must be');
select pg_temp.told('wallet', null, '{"code": "not_offered", "policy": "never"}');
select is(pg_temp.verdict('gupshup_wallet'), 'waiting', 'where the key may not read it, messages will tell');
select pg_temp.told('round_trip', '{"in_at": "2026-11-22T11:00:00Z", "out_at": "2026-11-22T11:00:00Z"}');
select is(pg_temp.verdict('gupshup_wallet'), 'ok', 'a delivered one was paid for');
select pg_temp.told('round_trip', '{"in_at": "2026-11-22T11:00:00Z", "out_at": "2026-11-22T11:00:00Z", "unpaid_at": "2026-11-22T11:30:00Z"}');
select is(pg_temp.verdict('gupshup_wallet'), 'fail 1003 top_up_gupshup', 'one that failed since was not');

-- Round trip
select is(pg_temp.verdict('round_trip'), 'ok', 'a message came and another arrived');
select pg_temp.told('round_trip', '{"in_at": "2026-11-22T11:00:00Z"}');
select is(pg_temp.verdict('round_trip'), 'waiting no_outbound write_to_number', 'one way is half the way');
select is(
  (select outcome from tenancy.connection_tests(:'portal', :'channel', null, tenancy.now()) where test = 'round_trip'), 'ok', 'today''s messages count at once');

-- Off
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select results_eq(
  format($$select test, outcome, action from tenancy.connection_tests(%L, %L) where party <> 'ours' and test <> 'token'$$, :'portal', :'channel'),
  $$values ('events_bound', 'waiting', null), ('connector_active', 'waiting', 'connect'), ('callback_ours', 'waiting', null), ('gupshup_app', 'waiting', null), ('gupshup_wallet', 'waiting', null)$$,
  'a channel that is off has one thing to do: connect it');
select * from finish();
rollback;
