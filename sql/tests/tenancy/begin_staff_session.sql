-- requirement: R2.3-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('ana@example.com') as ana \gset
select is(tenancy.begin_staff_session(:'ana', sha256('one'), 'oidc'), '2026-11-23 00:00+00'::timestamptz, 'twelve hours');
select is((select after ->> 'by' from tenancy.staff_change where event = 'entered'), 'oidc', 'how he came in is kept');
select tests.pass('13 hours');
select tenancy.begin_staff_session(:'ana', sha256('two'), 'link');
select results_eq('select session_digest from tenancy.staff_session', 'values (sha256(''two''))', 'what is over is cleared away');
select is(tests.refusal(format('select tenancy.begin_staff_session(%L, ''\x00'', ''link'')', :'ana')), 'WB400 malformed_call', 'a digest is 32 bytes');
select * from finish();
rollback;
