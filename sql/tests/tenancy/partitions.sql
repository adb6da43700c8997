-- requirement: R2.4-b, R2.4-c
-- Ids and partitions belong together: the id says the instant, the instant finds the partition.
begin;
select plan(10);
select tests.at('2031-03-15 12:00:00.123456+00');
select tenancy.ensure_partitions();

select results_eq(
  'select table_name, every, keep_for from tenancy.partitioned_table order by table_name',
  $$values ('messaging.message', 'month', null), ('messaging.raw', 'month', interval '90 days'),
    ('messaging.receipt', 'month', null), ('trace.log', 'day', interval '30 days')$$,
  'messages and receipts are kept for ever, raw bytes for 90 days, the log for 30');
select set_eq(
  $$select c.oid::regclass::text from pg_class c where c.relkind = 'p' and c.relnamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace')$$,
  'select table_name from tenancy.partitioned_table', 'every partitioned table is listed, so that none runs out of partitions');
select is_empty(
  $$select table_name from tenancy.partitioned_table
    where not exists (select from pg_partitioned_table p where p.partrelid = table_name::regclass and p.partdefid <> 0)$$,
  'each has a default partition: a row always has a place');

select tenancy.new_id() as id \gset
select is(tenancy.id_time(:'id'), '2031-03-15 12:00:00.123+00'::timestamptz, 'an id says when it was given out');
select is(substring(:'id' from 15 for 1) || substring(:'id' from 20 for 1) ~ '^7[89ab]$', true, 'it is a UUID of version 7');
select cmp_ok(tenancy.id_floor('2031-03-15 12:00:00.123+00'), '<=', :'id'::uuid, 'no id is below the floor of its instant');
select cmp_ok(tenancy.id_floor('2031-03-15 12:00:00.124+00'), '>', :'id'::uuid, 'none reaches the next one');
select cmp_ok(tenancy.id_at('2031-03-15 12:00:00.000001+00'), '<', tenancy.id_at('2031-03-15 12:00:00.000002+00'), 'they are ordered to the microsecond');

insert into trace.log (log_id, level, event) values (tenancy.id_floor('2031-03-15 00:00+00'), 'INFO', 'first'),
  (tenancy.id_at('2031-03-15 23:59:59.999999+00'), 'INFO', 'last'), (tenancy.id_floor('2031-03-16 00:00+00'), 'INFO', 'next');
select results_eq(
  'select event, tableoid::regclass::text from trace.log order by log_id',
  $$values ('first', 'trace.log_20310315'), ('last', 'trace.log_20310315'), ('next', 'trace.log_20310316')$$,
  'the first and the last instant of a day lie in its partition');
select is(
  (select count(*) from trace.log where log_id >= tenancy.id_floor('2031-03-15 00:00+00') and log_id < tenancy.id_floor('2031-03-16 00:00+00')),
  2::bigint, 'a range of time is a range of ids');
select * from finish();
rollback;
