-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tenancy.save_token(:'portal', '2', '{"access": "a2", "refresh": "b2", "expires_at": "2026-11-22 13:00+00"}', true);
select tenancy.save_token(:'portal', '7', '{"access": "a7", "refresh": "b7", "expires_at": "2026-11-22 13:00+00"}');

select tenancy.break_token(:'portal', '2', 'user_access_error');
select is((select user_id from tenancy.current_token(:'portal')), '1', 'a refused user is passed over');
select is((select state from tenancy.portal), 'installed', 'another administrator keeps the portal going');
select is(
  tests.refusal(format('select tenancy.lease_refresh(%L, ''2'', 1)', :'portal')), 'WB409 no_token', 'nobody refreshes his token');
select tests.pass('1 minute');
select tenancy.break_token(:'portal', '2', 'authorization_error');
select is(
  (select row(broken_at, broken_reason) from tenancy.portal_token where user_id = '2'),
  row('2026-11-22 12:00+00'::timestamptz, 'user_access_error'::text), 'the first reason is kept');
select tenancy.break_token(:'portal', '1', 'authorization_error');
select is(
  (select row(state, state_reason) from tenancy.portal), row('needs_reauth'::text, 'authorization_error'::text),
  'without an administrator the portal waits for one: an ordinary user''s token does not count');
select lives_ok(format('select tenancy.current_token(%L, ''7'')', :'portal'), 'though it still serves him');
select tenancy.save_token(:'portal', '2', '{"access": "a3", "refresh": "b3", "expires_at": "2026-11-22 13:00+00"}', true);
select is((select user_id from tenancy.current_token(:'portal')), '2', 'the user who opens the application is heard again');
select is((select state from tenancy.portal), 'installed', 'and the portal goes on');
select * from finish();
rollback;
