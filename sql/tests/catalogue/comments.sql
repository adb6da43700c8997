-- requirement: R2.2-g, R2.4-b, R2.4-c
-- \d+ and \df+ explain the product.
begin;
select plan(6);
create temp view rooms as select oid from pg_namespace where nspname in ('tenancy', 'messaging', 'billing', 'trace');
create temp view kinds as
select p.oid::regprocedure as name, p.proargnames[1] as first, p.oid, coalesce(obj_description(p.oid, 'pg_proc'), '') as comment
  from pg_proc p where p.pronamespace in (table rooms);

select is_empty($$select oid::regnamespace from rooms where obj_description(oid, 'pg_namespace') is null$$, 'every schema says what it is for');
select is_empty($$select c.oid::regclass from pg_class c where c.relnamespace in (table rooms) and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
   and coalesce(obj_description(c.oid, 'pg_class'), '') = ''$$, 'every table and view');
select is_empty($$select t.oid::regtype from pg_type t left join pg_class c on c.oid = t.typrelid
   where t.typnamespace in (table rooms) and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c') and coalesce(obj_description(t.oid, 'pg_type'), '') = ''$$, 'every type');
select is_empty($$select name from kinds where comment = ''$$, 'every function');
select is_empty($$select name, comment from kinds
   where comment !~ '^(Tenant|Batch|Platform|Directory|Internal)\M' and oid not in (select oid from kinds where name::text ~ '^tenancy\.(now|new_id|id_at|id_floor|id_time)\(')$$,
  'a function says first of which kind it is: Tenant, Batch, Platform, Directory or Internal');
select is_empty($$select name from kinds where comment like 'Tenant.%' and first is distinct from 'p_portal_id'$$, 'a tenant''s function takes the portal first');
select * from finish();
rollback;
