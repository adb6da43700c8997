-- requirement: R2.3-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('ana@example.com') as ana \gset
select tests.create_staff('bea@example.com', 'support') as bea \gset
select tests.enters(:'bea', 'bea') as session \gset
select is(tests.refusal(format('select tenancy.change_staff(%L, %L, ''{"role": "billing"}'')', :'ana', :'ana')), 'WB409 last_owner', 'the last owner stays owner');
select is(tests.refusal(format('select tenancy.change_staff(%L, %L, ''{"state": "disabled"}'')', :'ana', :'ana')), 'WB409 last_owner', 'and stays active');
select lives_ok(format('select tenancy.change_staff(%L, %L, ''{"name": " Beatriz ", "role": "owner"}'')', :'ana', :'bea'), 'another becomes owner');
select results_eq(
  format('select actor, before, after ->> ''role'' from tenancy.staff_change where staff_id = %L and event = ''changed''', :'bea'),
  format('values (%L, ''{"name": "Bea", "role": "support"}''::jsonb, ''owner'')', :'ana'), 'who changed what is kept');
select lives_ok(format('select tenancy.change_staff(%L, %L, ''{"name": "Beatriz"}'')', :'ana', :'bea'), 'the same once more');
select is((select count(*) from tenancy.staff_change where event = 'changed'), 1::bigint, 'leaves no trace');
select tenancy.invite_staff('cli', :'bea', sha256('unused'));
select lives_ok(format('select tenancy.change_staff(%L, %L, ''{"state": "disabled"}'')', :'ana', :'bea'), 'an owner who is not the last may go');
select is(tests.refusal(format('select tenancy.enter_staff(%L, null)', :'session')), 'WB401 staff_session', 'and is out at once');
select is(tests.refusal('select tenancy.redeem_staff_link(sha256(''unused''), sha256(''x''))'), 'WB401 staff_link', 'a link of his is none');
select is(tests.refusal(format('select tenancy.change_staff(%L, %L, ''{"role": "billing"}'')', :'ana', :'ana')), 'WB409 last_owner', 'one who is disabled is no owner that stays');
select is(tests.refusal_detail(format('select tenancy.change_staff(%L, %L, ''{"email": "x@y.example"}'')', :'ana', :'bea')) ->> 'field', 'email', 'an address never changes');
select is(tests.refusal(format('select tenancy.change_staff(''cli'', %L, ''{}'')', tenancy.new_id())), 'WB404 unknown_staff', 'nobody is nobody');
select * from finish();
rollback;
