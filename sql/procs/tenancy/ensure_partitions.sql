-- Makes the partitions of every table in tenancy.partitioned_table, from now until p_ahead from now.
-- For migrate, every start of the service and the worker's daily round. One runner at a time (transaction
-- advisory lock). Returns how many were made. Raises 23514 where the default partition already holds rows of
-- a range that is missing: move them out, then call again.
create or replace function tenancy.ensure_partitions(p_ahead interval default interval '14 days') returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_table record;
  v_from timestamptz;
  v_to timestamptz;
  v_name text;
  v_made int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('tenancy.ensure_partitions', 0));
  for v_table in select t.table_name, t.every, t.fillfactor from tenancy.partitioned_table t order by t.table_name
  loop
    v_from := date_trunc(v_table.every, v_now, 'UTC');
    while v_from <= v_now + p_ahead
    loop
      v_to := (v_from at time zone 'UTC' + ('1 ' || v_table.every)::interval) at time zone 'UTC';
      v_name := v_table.table_name || '_'
        || to_char(v_from at time zone 'UTC', case v_table.every when 'day' then 'YYYYMMDD' else 'YYYYMM' end);
      if to_regclass(v_name) is null then
        execute format('create table %s partition of %s for values from (%L) to (%L) with (fillfactor = %s)',
          v_name, v_table.table_name, tenancy.id_floor(v_from), tenancy.id_floor(v_to), v_table.fillfactor);
        v_made := v_made + 1;
      end if;
      v_from := v_to;
    end loop;
  end loop;
  return v_made;
end
$$;
comment on function tenancy.ensure_partitions(interval) is
  'Platform. Makes missing partitions from now until p_ahead from now; returns how many were made.';
grant execute on function tenancy.ensure_partitions(interval) to whatsappb24_api, whatsappb24_worker;
