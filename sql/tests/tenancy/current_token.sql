-- requirement: R2.2-a, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.saved(p_portal uuid, p_user text, p_access text, p_is_admin boolean, p_is_system boolean default false)
returns void language sql as $$
  select tenancy.save_token(p_portal, p_user, jsonb_build_object(
    'access', p_access, 'refresh', 'ff', 'expires_at', tenancy.now() + interval '1 hour'), p_is_admin, p_is_system)
$$;

select results_eq(
  format('select user_id, access_sealed, refresh_sealed, version, is_due, client_endpoint, server_endpoint, member_id from tenancy.current_token(%L)', :'portal'),
  $$values ('1', '\xaa'::bytea, '\xbb'::bytea, 1::bigint, false, 'https://p1.example/rest/', 'https://oauth.example/rest/', 'a223c6b3710f85df22e9377d6c4f7553')$$,
  'the installing administrator''s token, sealed, with its version and where to call');
select pg_temp.saved(:'portal', '7', 'a7', false);
select is((select user_id from tenancy.current_token(:'portal')), '1', 'an ordinary user''s is never chosen for background work');
select is((select user_id from tenancy.current_token(:'portal', '7')), '7', 'it is his when he is named');
select tests.pass('1 minute');
select pg_temp.saved(:'portal', '2', 'a2', true);
select is((select user_id from tenancy.current_token(:'portal')), '2', 'of two administrators the one who was here last');
select pg_temp.saved(:'portal', '90', 'a9', false, true);
select tests.pass('1 minute');
select pg_temp.saved(:'portal', '1', 'a1', true);
select is((select user_id from tenancy.current_token(:'portal')), '90', 'the system user goes before all: it survives staff turnover');
select tests.pass('59 minutes');
select ok((select is_due from tenancy.current_token(:'portal')), 'a token whose hour is over is due for a refresh');

select tenancy.break_token(:'portal', '90', 'authorization_error');
select is((select user_id from tenancy.current_token(:'portal')), '1', 'a broken one is passed over');
select is(
  tests.refusal(format('select tenancy.current_token(%L, ''90'')', :'portal')), 'WB409 no_token', 'even when its user is named');
select tenancy.break_token(:'portal', '1', 'invalid_grant'), tenancy.break_token(:'portal', '2', 'invalid_grant');
select is(tests.refusal(format('select tenancy.current_token(%L)', :'portal')), 'WB409 no_token', 'when the last one breaks there is none');
select pg_temp.saved(:'portal', '2', 'a3', true);
select is((select user_id from tenancy.current_token(:'portal')), '2', 'an administrator who opens the application brings one');
select tenancy.uninstall_portal(:'portal');
select is(tests.refusal(format('select tenancy.current_token(%L)', :'portal')), 'WB409 no_token', 'an uninstalled portal has none');
select is(tests.refusal('select tenancy.current_token(gen_random_uuid())'), 'WB404 unknown_portal', 'an unknown portal is refused');
select * from finish();
rollback;
