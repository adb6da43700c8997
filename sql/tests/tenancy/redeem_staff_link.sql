-- requirement: R2.3-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('ana@example.com') as ana \gset
select tenancy.invite_staff('cli', :'ana', sha256('link'));
select is(tests.refusal('select tenancy.redeem_staff_link(sha256(''guessed''), sha256(''s''))'), 'WB401 staff_link', 'a link that nobody made opens nothing');
select is(tenancy.redeem_staff_link(sha256('link'), sha256('s')), '2026-11-23 00:00+00'::timestamptz, 'a session of 12 hours');
select is(tests.refusal('select tenancy.redeem_staff_link(sha256(''link''), sha256(''t''))'), 'WB401 staff_link', 'a link opens once');
select is((select name from tenancy.enter_staff(sha256('s'), null)), 'Ana', 'the session is hers');
select tenancy.invite_staff('cli', :'ana', sha256('late'));
select tests.pass('15 minutes');
select is(tests.refusal('select tenancy.redeem_staff_link(sha256(''late''), sha256(''t''))'), 'WB401 staff_link', 'after 15 minutes it opens nothing');
select is((select count(*) from tenancy.staff_session), 1::bigint, 'who was refused has no session');
select * from finish();
rollback;
