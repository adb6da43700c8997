-- requirement: R2.4-a, R2.4-c
-- portal_id leads every key of a tenant's table, so that a tenant's rows stand together and could be distributed.
begin;
select plan(10);
create temp view tables as
select n.nspname || '.' || c.relname as name, c.oid, c.relkind,
       (select a.attnum from pg_attribute a where a.attrelid = c.oid and a.attname = 'portal_id' and not a.attisdropped) as portal_id
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('tenancy', 'messaging', 'billing', 'trace') and c.relkind in ('r', 'p') and not c.relispartition;

select set_eq($$select name from tables where portal_id is null$$, array[
  'billing.account_kind', 'billing.charge_transition', 'billing.currency', 'billing.document_series', 'billing.event_deed', 'billing.evidence_kind',
  'billing.exchange_rate', 'billing.issuer', 'billing.issuer_change', 'billing.payment_state', 'billing.payment_transition', 'billing.plan', 'billing.provider', 'billing.provider_currency', 'billing.provider_event',
  'billing.rate', 'billing.rate_card', 'billing.subscription_state', 'billing.subscription_transition', 'billing.topup_rule',
  'messaging.calling_code', 'messaging.message_kind', 'messaging.message_state', 'messaging.rate', 'messaging.transition',
  'tenancy.channel_state', 'tenancy.channel_transition', 'tenancy.connection_test', 'tenancy.customer', 'tenancy.customer_change',
  'tenancy.heartbeat', 'tenancy.partitioned_table', 'tenancy.permission', 'tenancy.reading', 'tenancy.role', 'tenancy.role_permission',
  'tenancy.staff', 'tenancy.staff_change', 'tenancy.staff_link', 'tenancy.staff_permission', 'tenancy.staff_role',
  'tenancy.staff_role_permission', 'tenancy.staff_session',
  'trace.error_code'], 'a table without portal_id is a published list or a fact of the whole installation');
select is_empty($$select name from tables t where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)$$, 'every table has a primary key');
select is_empty($$
  select t.name, i.indexrelid::regclass from tables t join pg_index i on i.indrelid = t.oid
   where i.indisunique and t.portal_id is not null and i.indkey[0] <> t.portal_id
     and i.indexrelid::regclass::text not in ('tenancy.portal_member_id_key', 'tenancy.channel_route_pkey', 'tenancy.reader_grant_pkey', 
       'tenancy.api_key_route_pkey', 'billing.payment_return_pkey', 'billing.provider_object_pkey', 'billing.document_number')$$,
  'portal_id leads every primary key and unique index of a tenant''s table; directories that lead to a portal, and the numbers of an issuer, are the exception');
select is_empty($$
  select c.conrelid::regclass || ' ' || c.conname from pg_constraint c join tables t on t.oid = c.conrelid join tables r on r.oid = c.confrelid
   where c.contype = 'f' and r.portal_id is not null and (c.conkey[1] is distinct from t.portal_id or c.confkey[1] <> r.portal_id)$$,
  'no foreign key crosses tenants');
select is_empty($$
  select c.conrelid::regclass || ' ' || c.conname from pg_constraint c join tables t on t.oid = c.conrelid
   where c.contype = 'f' and not exists (
     select from pg_index i
      where i.indrelid = c.conrelid and i.indpred is null
        and (select array_agg(k order by k) from unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) k)
          = (select array_agg(k order by k) from unnest(c.conkey) k))$$,
  'every foreign key has an index with the same leading columns');
select is_empty($$select c.conrelid::regclass || ' ' || c.conname from pg_constraint c join pg_class r on r.oid = c.confrelid where c.contype = 'f' and r.relkind = 'p'$$,
  'no foreign key points at a partitioned table');
select is_empty($$
  select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname in ('tenancy', 'messaging', 'billing', 'trace') and c.relkind = 'S' and c.oid <> 'tenancy.id_count'::regclass$$,
  'no sequence but that of the ids: its order would matter to somebody');
select is_empty($$select tgrelid::regclass || ' ' || tgname from pg_trigger join pg_class c on c.oid = tgrelid
   where not tgisinternal and c.relnamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace')$$, 'no rule lives in a trigger');
select is_empty($$select ev_class::regclass || ' ' || rulename from pg_rewrite join pg_class c on c.oid = ev_class
   where rulename <> '_RETURN' and c.relnamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace')$$, 'nor in a rewrite rule');
select is_empty($$select name from tables where relkind = 'p' except select table_name from tenancy.partitioned_table$$, 'every partitioned table is made ahead');
select * from finish();
rollback;
