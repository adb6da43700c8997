-- requirement: R2.1-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select is_empty('select from tenancy.claim_directories()', 'a portal that never finished its installation is not read');
select tenancy.finish_install(:'portal');
select is_empty('select from tenancy.claim_directories()', 'nor is one whose installation ends just now');
select tests.pass('10 minutes');
select results_eq('select portal_id from tenancy.claim_directories()', array[:'portal'::uuid], 'ten minutes later it is');
select is_empty('select from tenancy.claim_directories()', 'by one worker');
select tests.pass('10 minutes');
select results_eq('select portal_id from tenancy.claim_directories()', array[:'portal'::uuid], 'a worker that died is succeeded');
select tenancy.keep_directory(:'portal', '{"lines": []}') \g /dev/null
select tests.pass('1 day');
select results_eq('select portal_id from tenancy.claim_directories()', array[:'portal'::uuid], 'what was kept is read again a day later');
create function pg_temp.next_in(p_portal uuid, p_failure text) returns interval language sql as $$
  select tenancy.keep_directory(p_portal, '{}', null, p_failure);
  select r.due_at - tenancy.now() from tenancy.directory_reading r where r.portal_id = p_portal
$$;
select is(pg_temp.next_in(:'portal', 'QUERY_LIMIT_EXCEEDED'), interval '1 hour', 'what failed is tried again an hour later');
select is(pg_temp.next_in(:'portal', 'QUERY_LIMIT_EXCEEDED'), interval '2 hours', 'then after two');
select pg_temp.next_in(:'portal', 'QUERY_LIMIT_EXCEEDED') from generate_series(1, 8) \g /dev/null
select is(pg_temp.next_in(:'portal', 'QUERY_LIMIT_EXCEEDED'), interval '1 day', 'and never later than a day');
select is(pg_temp.next_in(:'portal', null), interval '1 day', 'a success is followed by a day');
select is(pg_temp.next_in(:'portal', 'QUERY_LIMIT_EXCEEDED'), interval '1 hour', 'and forgets the failures');
update tenancy.portal set state = 'uninstalled' where portal_id = :'portal';
select tests.pass('1 hour');
select is_empty('select from tenancy.claim_directories()', 'a portal without the application is left alone');
select * from finish();
rollback;
