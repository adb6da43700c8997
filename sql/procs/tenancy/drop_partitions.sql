-- Drops the partitions that are older than their table keeps (tenancy.partitioned_table.keep_for).
-- For the worker's daily round. A dropped partition takes no row-by-row work and leaves no dead space. One
-- runner at a time. p_keep_trace overrides the log's keeping time. Returns the names that were dropped.
create or replace function tenancy.drop_partitions(p_keep_trace interval default null) returns setof text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('tenancy.ensure_partitions', 0));
  for v_name in
    select c.oid::regclass::text
      from tenancy.partitioned_table t
      join pg_inherits i on i.inhparent = t.table_name::regclass
      join pg_class c on c.oid = i.inhrelid
     where case t.table_name when 'trace.log' then coalesce(p_keep_trace, t.keep_for) else t.keep_for end is not null
       and c.relname ~ '_[0-9]{6,8}$'
       and (to_date(substring(c.relname from '[0-9]+$'),
                    case t.every when 'day' then 'YYYYMMDD' else 'YYYYMM' end)
            + ('1 ' || t.every)::interval) at time zone 'UTC'
           <= v_now - case t.table_name when 'trace.log' then coalesce(p_keep_trace, t.keep_for) else t.keep_for end
     order by 1
  loop
    execute format('drop table %s', v_name);
    return next v_name;
  end loop;
end
$$;
comment on function tenancy.drop_partitions(interval) is
  'Platform. Drops partitions older than their table keeps; p_keep_trace overrides the log''s 30 days. Returns their names.';
grant execute on function tenancy.drop_partitions(interval) to whatsappb24_worker;
