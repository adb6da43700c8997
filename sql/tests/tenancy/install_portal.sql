-- requirement: R2.2-f, R2.5-d, R2.4-c
begin;
select plan(26);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.facts(p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object(
    'member_id', 'a223', 'domain', 'p1.example', 'client_endpoint', 'https://p1.example/rest/',
    'server_endpoint', 'https://oauth.example/rest/', 'application_token_digest', encode(sha256('first'), 'hex'),
    'scope', 'imconnector', 'language', 'es', 'time_zone', 'America/Bogota', 'connector', 'wab24',
    'user', '{"user_id": "1", "name": "Ana", "is_admin": true}'::jsonb,
    'token', '{"access": "aa", "refresh": "bb", "expires_at": "2026-11-22 13:00+00"}'::jsonb) || p_more
$$;
create function pg_temp.tried(p_more jsonb) returns text language sql as $$
  select tests.refusal(format('select tenancy.install_portal(%L)', pg_temp.facts(p_more)))
$$;

-- What is no installation
select is(pg_temp.tried('{"member_id": null}'), 'WB400 malformed_item', 'a portal has a member_id');
select is(pg_temp.tried('{"member_id": "a223''; drop"}'), 'WB400 malformed_item', 'which is letters and digits');
select is(pg_temp.tried('{"client_endpoint": "javascript:alert(1)"}'), 'WB400 malformed_item', 'and an address to call');
select is(pg_temp.tried('{"language": "xx"}'), 'WB400 malformed_item', 'and one of our languages');
select is(
  tests.refusal_detail(format('select tenancy.install_portal(%L)', pg_temp.facts('{"application_token_digest": "plain"}'))) ->> 'field',
  'application_token_digest', 'the detail names the field');
select is(tests.refusal('select tenancy.install_portal(null)'), 'WB400 malformed_item', 'nothing is nothing');
select is_empty('select from tenancy.portal', 'and nothing of it stays');

-- The first time
select tenancy.install_portal(pg_temp.facts()) as portal \gset
select is(
  (select row(domain, state, connector, language, time_zone) from tenancy.portal where portal_id = :'portal'),
  row('p1.example'::text, 'installing'::text, 'wab24'::text, 'es'::text, 'America/Bogota'::text), 'the portal is being installed');
select set_eq('select portal_id from tenancy.claim_repairs()', array[:'portal'::uuid], 'its set-up is due at once');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xaa'::bytea, 'the installer''s token is stored');
select ok(tenancy.allows(:'portal', '1', 'user.roles'), 'and he is its owner');
select tenancy.finish_install(:'portal');

-- Again: the application page was opened anew, or the portal was renamed and updated
select tests.pass('1 day');
select is(
  tenancy.install_portal(pg_temp.facts(jsonb_build_object(
    'domain', 'p2.example', 'application_token_digest', encode(sha256('second'), 'hex'),
    'token', jsonb_build_object('access', 'a2', 'refresh', 'b2', 'expires_at', tenancy.now() + interval '1 hour')))),
  :'portal'::uuid, 'the same member_id is the same portal');
select is((select domain from tenancy.portal), 'p2.example', 'it may have moved');
select lives_ok($$select tenancy.authenticate_event('a223', sha256('second'))$$, 'and has a new application token');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xa2'::bytea, 'and new tokens');
select is((select state from tenancy.portal), 'installed', 'a portal that is set up keeps running');
select tenancy.install_portal(pg_temp.facts('{"application_token_digest": "", "token": null, "user": null}'));
select lives_ok($$select tenancy.authenticate_event('a223', sha256('second'))$$, 'an old portal that sends no application token keeps the one it had');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xa2'::bytea, 'and its tokens');

-- After an uninstallation, and while suspended
select tenancy.uninstall_portal(:'portal', true);
update tenancy.portal set repaired_at = tenancy.now();
select tenancy.install_portal(pg_temp.facts());
select is((select repaired_at from tenancy.portal), null, 'a portal that comes back is not set up yet');
select is(
  (select row(state, uninstalled_at, erase_at) from tenancy.portal),
  row('installing'::text, null::timestamptz, null::timestamptz), 'a portal that comes back is not erased');
select lives_ok(format('select tenancy.current_token(%L)', :'portal'), 'and can be spoken to');
update tenancy.portal set state = 'suspended', state_reason = 'abuse';
select tenancy.install_portal(pg_temp.facts());
select is(
  (select row(state, state_reason) from tenancy.portal), row('suspended'::text, 'abuse'::text),
  'a portal that we suspended does not free itself by installing again');
update tenancy.portal set state = 'suspended', state_reason = 'PAYMENT_REQUIRED';
select tenancy.install_portal(pg_temp.facts());
select is((select state from tenancy.portal), 'installed', 'one that had not paid Bitrix24 does, by the token it brings');

select is(pg_temp.tried('{"member_id": "c223", "time_zone": "Mars/Olympus"}'), 'accepted', 'an unknown time zone does not stop an installation');
select is((select time_zone from tenancy.portal where member_id = 'c223'), 'UTC', 'it counts as UTC');
select is(
  pg_temp.tried('{"member_id": "d223", "user": {"user_id": "5", "is_admin": false}}'), 'WB404 unknown_portal',
  'only an administrator brings a portal that we do not have');
select * from finish();
rollback;
