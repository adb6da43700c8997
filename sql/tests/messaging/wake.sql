-- requirement: R2.2-a, R2.2-d, R2.4-c
begin;
select plan(3);
select ok(has_function_privilege('whatsappb24_api', 'messaging.wake()', 'execute') and has_function_privilege('whatsappb24_worker', 'messaging.wake()', 'execute'),
  'either door may wake the workers');
select lives_ok('select messaging.wake()', 'as often as it likes');
select is_empty($$select p.oid::regprocedure from pg_proc p where p.pronamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace')
   and (p.prosrc ~* '(?<![.])\mnotify\s+[a-z_"]' or p.prosrc like '%pg_notify%') and p.oid <> 'messaging.wake()'::regprocedure$$,
  'nothing else notifies: NOTIFY takes a lock of the whole database at commit');
select * from finish();
rollback;
