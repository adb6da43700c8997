-- requirement: R2.3-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.enters(tests.create_staff('ana@example.com'), 's') as session \gset
select tenancy.end_staff_session(:'session');
select is(tests.refusal(format('select tenancy.enter_staff(%L, null)', :'session')), 'WB401 staff_session', 'a session that was ended is none');
select is((select count(*) from tenancy.staff_change where event = 'left'), 1::bigint, 'that she left is kept');
select lives_ok(format('select tenancy.end_staff_session(%L)', :'session'), 'twice is no matter');
select * from finish();
rollback;
