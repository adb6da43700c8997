-- requirement: R2.2-a, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.leased(p_portal uuid, p_version bigint) returns text language sql as $$
  select l.outcome || coalesce(' ' || l.lease_token, '') || ' v' || l.version
    from tenancy.lease_refresh(p_portal, '1', p_version) l
$$;

select is(pg_temp.leased(:'portal', 0), 'newer v1', 'who holds an older token gets the newer one');
select results_eq(
  format('select access_sealed, refresh_sealed from tenancy.lease_refresh(%L, ''1'', 0)', :'portal'),
  $$values ('\xaa'::bytea, '\xbb'::bytea)$$, 'the whole pair');
select results_eq(
  format('select outcome, lease_token, access_sealed, refresh_sealed from tenancy.lease_refresh(%L, ''1'', 1)', :'portal'),
  $$values ('lease', 1::bigint, null::bytea, '\xbb'::bytea)$$, 'whoever finds the newest one stale may refresh it, and gets the refresh token');
select results_eq(
  format('select outcome, access_sealed, refresh_sealed from tenancy.lease_refresh(%L, ''1'', 1)', :'portal'),
  $$values ('wait', null::bytea, null::bytea)$$, 'everybody else waits and gets no secret to misuse');
select tests.pass('29 seconds');
select is(pg_temp.leased(:'portal', 1), 'wait v1', 'for as long as the lease runs');
select tests.pass('1 second');
select is(pg_temp.leased(:'portal', 1), 'lease 2 v1', 'a lease that nobody ended is over after 30 seconds');

select tenancy.settle_refresh(:'portal', '1', 2, jsonb_build_object('access', 'a2', 'refresh', 'b2', 'expires_at', tenancy.now() + interval '1 hour'));
select is(pg_temp.leased(:'portal', 1), 'newer v2', 'those who waited get the new token');
select is((select access_sealed from tenancy.lease_refresh(:'portal', '1', 1)), '\xa2'::bytea, 'the one that was just stored');
select matches(pg_temp.leased(:'portal', 2), '^lease [0-9]+ v2$', 'when that one is stale, the next lease is given');

select is(
  tests.refusal(format('select tenancy.lease_refresh(%L, ''7'', 1)', :'portal')), 'WB404 unknown_user', 'a user without a token is refused');
select is(
  tests.refusal(format('select tenancy.lease_refresh(%L, ''1'', 1)', tests.create_portal('b223'))), 'accepted', 'each portal has its own');
select tenancy.break_token(:'portal', '1', 'invalid_grant');
select is(
  tests.refusal_detail(format('select tenancy.lease_refresh(%L, ''1'', 2)', :'portal')) - 'message',
  '{"sqlstate": "WB409", "reason": "no_token", "user_id": "1", "broken": "invalid_grant"}',
  'a broken token is not refreshed again: the authorization server would ban us');
select function_privs_are(
  'tenancy', 'lease_refresh', array['uuid', 'text', 'bigint'], 'whatsappb24_worker', array['EXECUTE'], 'the worker may ask');
select * from finish();
rollback;
