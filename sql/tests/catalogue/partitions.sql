-- requirement: R2.4-a, R2.4-c
-- Partitions are made 14 days ahead; the default ones only catch what would otherwise be lost.
begin;
select plan(6);
create function tests.in_default() returns bigint language plpgsql as $$
declare v_table text; v_rows bigint; v_all bigint := 0;
begin
  for v_table in select c.oid::regclass::text from pg_class c join pg_inherits i on i.inhrelid = c.oid
                  where pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' and i.inhparent::regclass::text in (select table_name from tenancy.partitioned_table)
  loop
    execute format('select count(*) from %s', v_table) into v_rows;
    v_all := v_all + v_rows;
  end loop;
  return v_all;
end $$;

select is(tenancy.ensure_partitions(), 0, 'migrate has made them');
select is_empty($$
  select t.table_name || '_' || to_char(d at time zone 'UTC', case t.every when 'day' then 'YYYYMMDD' else 'YYYYMM' end)
    from tenancy.partitioned_table t cross join generate_series(tenancy.now(), tenancy.now() + interval '14 days', interval '1 day') d
   where to_regclass(t.table_name || '_' || to_char(d at time zone 'UTC', case t.every when 'day' then 'YYYYMMDD' else 'YYYYMM' end)) is null$$,
  'a partition stands ready for every day of the next two weeks');
select is_empty($$select table_name from tenancy.partitioned_table t where not exists (
  select from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = t.table_name::regclass and pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT')$$,
  'and a default one, so that no row is ever refused');
select is(tests.in_default(), 0::bigint, 'which is empty');

select tests.at(tenancy.now() + interval '13 days 23 hours');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select trace.write('[{"level": "INFO", "event": "later"}]') \g /dev/null
select is((select count(*) from messaging.message) + (select count(*) from trace.log where event = 'later'), 2::bigint, 'what happens in two weeks');
select is(tests.in_default(), 0::bigint, 'finds its partition');
select * from finish();
rollback;
