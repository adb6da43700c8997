-- requirement: R2.4-a, R2.4-c, R2.4-d
-- Tables are private; functions and a few views are the doors.
begin;
select plan(12);
create temp view ours as
select n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name, p.*,
       coalesce(obj_description(p.oid, 'pg_proc'), '') as comment
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('tenancy', 'messaging', 'billing', 'trace');
create temp view relations as
select n.nspname || '.' || c.relname as name, c.*
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('tenancy', 'messaging', 'billing', 'trace') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f');
create temp view doors as
select r.role, o.name, o.oid from ours o cross join unnest(array['whatsappb24_api', 'whatsappb24_worker', 'whatsappb24_trace', 'whatsappb24_reader']) r(role)
 where has_function_privilege(r.role, o.oid, 'execute');

-- functions
select is_empty($$select name from ours o where not coalesce('search_path=""' = any (proconfig), false) and prosqlbody is null
    and not (not prosecdef and comment like 'Internal%' and exists (select from pg_language l where l.oid = prolang and l.lanname = 'sql'))$$,
  'every function pins an empty search_path, but one that was parsed when it was made, or an expression that only pinned ones use');
select is_empty($$select name from ours where has_function_privilege('public', oid, 'execute')$$, 'nothing is executable by PUBLIC');
select is_empty($$select name from ours where prosecdef and proowner <> 'whatsappb24_owner'::regrole$$, 'a function that borrows rights borrows the owner''s, which cannot log in');
select is_empty($$select name from doors natural join ours where not prosecdef and name not in ('tenancy.now()', 'tenancy.id_time(p_id uuid)')$$,
  'every door works with the owner''s rights; the clock needs none');
select is_empty($$select role || ' ' || name from doors natural join ours where comment like 'Internal%'$$, 'what is internal is no door');
select set_eq($$select name from doors where role = 'whatsappb24_trace'$$, array['trace.write(p_entries jsonb)'], 'the writer of the log can write the log and nothing else');
select set_eq($$select name from doors where role = 'whatsappb24_reader'$$, array['tenancy.id_time(p_id uuid)'], 'BI reads the instant of an id, which its views show');

-- tables and views
select is_empty($$
  select r.role || ' ' || t.name from relations t
   cross join unnest(array['whatsappb24_api', 'whatsappb24_worker', 'whatsappb24_trace', 'public']) r(role)
   where t.relkind <> 'S' and (has_table_privilege(r.role, t.oid, 'select, insert, update, delete, truncate, references, trigger')
         or has_any_column_privilege(r.role, t.oid, 'select, insert, update, references'))$$,
  'no login role has a right on any table or view');
select set_eq($$select name from relations where has_table_privilege('whatsappb24_reader', oid, 'select')$$,
  $$select name from relations where relkind = 'v'$$, 'BI reads the views');
select is_empty($$select name from relations
   where has_table_privilege('whatsappb24_reader', oid, 'insert, update, delete, truncate, references, trigger')
      or relkind <> 'v' and has_any_column_privilege('whatsappb24_reader', oid, 'select, insert, update, references')$$,
  'and changes nothing');

-- roles
select is_empty($$select rolname from pg_roles where rolname like 'whatsappb24%'
   and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolcanlogin <> (rolname in ('whatsappb24_api', 'whatsappb24_worker', 'whatsappb24_trace')))$$,
  'the owner and the readers cannot log in, and nobody is more than he needs');
select is_empty($$select m.member::regrole from pg_auth_members m where m.member::regrole::text in ('whatsappb24_api', 'whatsappb24_worker', 'whatsappb24_trace')$$,
  'a login role is a member of nothing');
select * from finish();
rollback;
