-- Keeps what a door could not understand, with its bytes, for a person to look at.
-- p_items: [{portal_id, channel_id (may be absent), door, reason, item, raw}]. Returns how many were kept; an item of
-- a portal we do not know is not kept.
create or replace function messaging.quarantine(p_items jsonb, p_raw bytea[] default '{}') returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_raw_ids uuid[];
  v_count int;
begin
  select array_agg(tenancy.new_id() order by b.i) into v_raw_ids from generate_series(1, cardinality(p_raw)) b(i);
  perform messaging.keep_raw(k.door, array[v_raw_ids[k.raw]], array[k.portal_id], array[k.channel_id], array[p_raw[k.raw]])
    from (
      select distinct on (i.raw) i.raw, i.portal_id, i.channel_id, coalesce(i.door, 'unknown') as door
        from jsonb_to_recordset(p_items) i(portal_id uuid, channel_id uuid, door text, raw int)
       where i.raw between 1 and cardinality(p_raw)
       order by i.raw) k;
  insert into messaging.quarantined (portal_id, quarantined_id, channel_id, door, reason, item, raw_id)
  select i.portal_id, tenancy.new_id(), i.channel_id, coalesce(i.door, 'unknown'), left(coalesce(i.reason, 'unknown'), 200),
         i.item, v_raw_ids[i.raw]
    from jsonb_to_recordset(p_items) i(portal_id uuid, channel_id uuid, door text, reason text, item jsonb, raw int)
    join tenancy.portal p on p.portal_id = i.portal_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function messaging.quarantine(jsonb, bytea[]) is
  'Batch. Keeps what a door could not understand, with its bytes; returns how many.';
grant execute on function messaging.quarantine(jsonb, bytea[]) to whatsappb24_api, whatsappb24_worker;
