-- requirement: R2.3-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.enters(tests.create_staff('ana@example.com'), 'ana') as ana \gset
select tests.enters(tests.create_staff('sol@example.com', 'support'), 'sol') as sol \gset
select is((select e.role || ' ' || e.ends_at from tenancy.enter_staff(:'ana', 'staff.manage') e), 'owner 2026-11-22 13:00:00+00', 'an owner may do everything; idle he is out in an hour');
select is((select permissions from tenancy.enter_staff(:'sol', null)), '{customers.view,incidents.view,money.view}'::text[], 'everybody learns what he may do');
select is(tests.refusal(format('select tenancy.enter_staff(%L, ''money.adjust'')', :'sol')), 'WB403 staff_permission', 'support adjusts no money');
select is(tests.refusal_detail(format('select tenancy.enter_staff(%L, ''money.adjust'')', :'sol')) ->> 'permission', 'money.adjust', 'and hears what is missing');
select is(tests.refusal(format('select tenancy.enter_staff(%L, ''money.print'')', :'ana')), 'WB403 staff_permission', 'what is no permission nobody has');
select is(tests.refusal('select tenancy.enter_staff(sha256(''forged''), null)'), 'WB401 staff_session', 'a session is not guessed');
select is(tests.refusal('select tenancy.enter_staff(null, null)'), 'WB401 staff_session', 'nothing is no session');
select tests.pass('50 minutes');
select tenancy.enter_staff(:'ana', null) \g /dev/null
select tests.pass('50 minutes');
select lives_ok(format('select tenancy.enter_staff(%L, null)', :'ana'), 'who comes back within the hour stays');
select is(tests.refusal(format('select tenancy.enter_staff(%L, null)', :'sol')), 'WB401 staff_session', 'who does not is out');
update tenancy.staff_session set seen_at = tenancy.now() + interval '11 hours';
select tests.pass('11 hours');
select is(tests.refusal(format('select tenancy.enter_staff(%L, null)', :'ana')), 'WB401 staff_session', 'after twelve hours everybody is');
select * from finish();
rollback;
