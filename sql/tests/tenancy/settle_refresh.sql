-- requirement: R2.2-a, R2.4-c
begin;
select plan(20);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.pair(p_access text) returns jsonb language sql as $$
  select jsonb_build_object('access', p_access, 'refresh', p_access || 'ff', 'expires_at', tenancy.now() + interval '1 hour')
$$;
create function pg_temp.leased(p_portal uuid, p_user text default '1') returns bigint language sql as $$
  select l.lease_token from tenancy.portal_token t, tenancy.lease_refresh(p_portal, p_user, t.version) l
   where t.portal_id = p_portal and t.user_id = p_user
$$;
create function pg_temp.portal_is(p_portal uuid) returns text language sql as $$
  select p.state || coalesce(' ' || p.state_reason, '') from tenancy.portal p where p.portal_id = p_portal
$$;

-- A new pair
select pg_temp.leased(:'portal') as lease \gset
select tenancy.settle_refresh(:'portal', '1', :lease, pg_temp.pair('a2'));
select is((select row(access_sealed, refresh_sealed, version) from tenancy.current_token(:'portal')), row('\xa2'::bytea, '\xa2ff'::bytea, 2::bigint), 'the new pair is the next version');
select isnt(pg_temp.leased(:'portal'), null, 'and the lease is over');

-- A disturbance
select tests.pass('31 seconds');
select pg_temp.leased(:'portal') as lease \gset
select tenancy.settle_refresh(:'portal', '1', :lease, p_failure => 'timeout');
select is((select version from tenancy.current_token(:'portal')), 2::bigint, 'a disturbance changes nothing');
select pg_temp.leased(:'portal') as lease \gset
select isnt(nullif(:'lease', '')::bigint, null, 'and the next one may try at once');

-- Two leases, one refresh token: whoever was late must not undo what the other stored.
select tests.pass('31 seconds');
select pg_temp.leased(:'portal') as second_lease \gset
select tenancy.settle_refresh(:'portal', '1', :lease, p_failure => 'invalid_grant');
select is(pg_temp.portal_is(:'portal'), 'installed', 'a failure of an overdue lease says nothing');
select tenancy.settle_refresh(:'portal', '1', :lease, pg_temp.pair('a3'));
select is((select access_sealed from tenancy.current_token(:'portal')), '\xa3'::bytea, 'but its pair is stored: the old refresh token is spent');
select tenancy.settle_refresh(:'portal', '1', :second_lease, p_failure => 'invalid_grant');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xa3'::bytea, 'and the other one''s invalid_grant does not break the new pair');

-- The refresh token is dead
select tenancy.save_token(:'portal', '2', pg_temp.pair('c1'), true);
select tenancy.settle_refresh(:'portal', '1', pg_temp.leased(:'portal'), p_failure => 'invalid_grant');
select is((select user_id from tenancy.current_token(:'portal')), '2', 'invalid_grant breaks the token: another administrator''s is used');
select is(pg_temp.portal_is(:'portal'), 'installed', 'the portal goes on');
select tenancy.settle_refresh(:'portal', '2', pg_temp.leased(:'portal', '2'), p_failure => 'invalid_grant');
select is(pg_temp.portal_is(:'portal'), 'needs_reauth invalid_grant', 'when the last one breaks, the portal waits for an administrator');
select tenancy.settle_refresh(:'portal', '2', :lease, pg_temp.pair('c2'));
select is(pg_temp.portal_is(:'portal'), 'installed', 'a pair that comes after all ends the wait');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xc2'::bytea, 'with a token that works');

-- The authorization server refuses the application
select tenancy.settle_refresh(:'portal', '2', pg_temp.leased(:'portal', '2'), p_failure => 'PAYMENT_REQUIRED');
select is(pg_temp.portal_is(:'portal'), 'suspended PAYMENT_REQUIRED', 'an unpaid portal is suspended, and says why');
select lives_ok(format('select tenancy.current_token(%L)', :'portal'), 'its tokens are kept');
select tenancy.settle_refresh(:'portal', '2', pg_temp.leased(:'portal', '2'), pg_temp.pair('c3'));
select is(pg_temp.portal_is(:'portal'), 'installed', 'the next refresh that succeeds lifts the suspension');
select tenancy.settle_refresh(:'portal', '2', pg_temp.leased(:'portal', '2'), p_failure => 'invalid_client');
select is(pg_temp.portal_is(:'portal'), 'suspended invalid_client', 'an application that is not installed there is suspended too');
select tenancy.settle_refresh(:'portal', '2', pg_temp.leased(:'portal', '2'), pg_temp.pair('c4'));

-- The application is uninstalled while a refresh is under way
select pg_temp.leased(:'portal', '2') as lease \gset
select tenancy.uninstall_portal(:'portal');
select tenancy.settle_refresh(:'portal', '2', :lease, p_failure => 'timeout');
select is((select broken_reason from tenancy.portal_token where user_id = '2'), 'uninstalled', 'a late failure does not revive a void token');
select tenancy.settle_refresh(:'portal', '2', :lease, pg_temp.pair('c5'));
select is((select broken_reason from tenancy.portal_token where user_id = '2'), 'uninstalled', 'neither does a late pair');
select is(pg_temp.portal_is(:'portal'), 'uninstalled', 'the portal stays uninstalled');
select lives_ok(
  format('select tenancy.settle_refresh(%L, ''77'', 1, p_failure => ''timeout'')', :'portal'), 'an unknown user changes nothing');
select * from finish();
rollback;
