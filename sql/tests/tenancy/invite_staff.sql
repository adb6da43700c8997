-- requirement: R2.3-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('ana@example.com') as ana \gset
select is(tenancy.invite_staff('cli', :'ana', sha256('one')), '2026-11-22 12:15+00'::timestamptz, 'a link is good for 15 minutes');
select tenancy.invite_staff('cli', :'ana', sha256('two'));
select results_eq('select link_digest, created_by from tenancy.staff_link', 'values (sha256(''two''), ''cli'')', 'a newer one takes its place; only its digest is kept');
select is(tests.refusal(format('select tenancy.invite_staff(''cli'', %L, ''\x00'')', :'ana')), 'WB400 malformed_call', 'a digest is 32 bytes');
select is(tests.refusal(format('select tenancy.invite_staff('''', %L, sha256(''x''))', :'ana')), 'WB400 malformed_call', 'somebody invites');
select is(tests.refusal(format('select tenancy.invite_staff(''cli'', %L, sha256(''x''))', tenancy.new_id())), 'WB404 unknown_staff', 'nobody is not invited');
update tenancy.staff set state = 'disabled';
select is(tests.refusal(format('select tenancy.invite_staff(''cli'', %L, sha256(''x''))', :'ana')), 'WB409 staff_disabled', 'nor who is disabled');
select * from finish();
rollback;
