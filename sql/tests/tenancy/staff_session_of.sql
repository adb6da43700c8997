-- requirement: R2.3-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.enters(tests.create_staff('ana@example.com'), 's') as session \gset
select is((select (f.staff).email from tenancy.staff_session_of(:'session', '2026-11-22 12:59+00') f), 'ana@example.com', 'whose it is');
select is_empty(format('select 1 from tenancy.staff_session_of(%L, ''2026-11-22 13:00+00'')', :'session'), 'an hour unused it is over');
update tenancy.staff_session set seen_at = '2026-11-22 23:59+00';
select is_empty(format('select 1 from tenancy.staff_session_of(%L, ''2026-11-23 00:00+00'')', :'session'), 'and after twelve');
update tenancy.staff set state = 'disabled';
select is_empty(format('select 1 from tenancy.staff_session_of(%L, ''2026-11-22 12:00+00'')', :'session'), 'who is disabled has none');
select * from finish();
rollback;
