-- Keeps what a door could not understand, with its bytes, for a person to look at.
-- p_items: [{portal_id, channel_id (may be absent), door, reason, item (absent: the bytes' sha256 stands for it), raw}].
-- Returns how many were kept; what is kept already is not kept again; an item
-- that names no portal of ours is not kept. Nothing in an item makes the call fail. Raises WB400 malformed_call only
-- where the call is no array. Locks nothing.
create or replace function messaging.quarantine(p_items jsonb, p_raw bytea[] default '{}') returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_raw_ids uuid[];
  v_kept jsonb;
  v_count int;
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select coalesce(jsonb_agg(jsonb_build_object(
           'n', i.n, 'portal_id', i.portal_id, 'channel_id', c.channel_id, 'door', left(coalesce(i.x ->> 'door', 'unknown'), 50),
           'reason', left(coalesce(i.x ->> 'reason', 'unknown'), 200), 'item', coalesce(nullif(i.x -> 'item', 'null'), jsonb_build_object('sha256', encode(sha256(p_raw[i.raw]), 'hex'))), 'raw', i.raw) order by i.n), '[]')
    into v_kept
    from (
      select e.n, e.x, case when pg_input_is_valid(e.x ->> 'portal_id', 'uuid') then (e.x ->> 'portal_id')::uuid end as portal_id,
             case when pg_input_is_valid(e.x ->> 'channel_id', 'uuid') then (e.x ->> 'channel_id')::uuid end as channel_id,
             case when pg_input_is_valid(e.x ->> 'raw', 'int') then (e.x ->> 'raw')::int end as raw
        from jsonb_array_elements(p_items) with ordinality e(x, n)) i
    join tenancy.portal p on p.portal_id = i.portal_id
    left join tenancy.channel c on c.portal_id = i.portal_id and c.channel_id = i.channel_id;
  select messaging.keep_raw(p_raw, array_agg(i.raw order by i.n), array_agg(i.door order by i.n),
           array_agg(i.portal_id order by i.n), array_agg(i.channel_id order by i.n))
    into v_raw_ids
    from jsonb_to_recordset(v_kept) i(n int, portal_id uuid, channel_id uuid, raw int, door text);
  insert into messaging.quarantined (portal_id, quarantined_id, channel_id, door, reason, item, raw_id)
  select i.portal_id, tenancy.new_id(), i.channel_id, i.door, i.reason, i.item, v_raw_ids[i.raw]
    from jsonb_to_recordset(v_kept) i(portal_id uuid, channel_id uuid, door text, reason text, item jsonb, raw int)
   order by i.portal_id, i.door, i.reason, i.item
  on conflict (portal_id, fingerprint) do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function messaging.quarantine(jsonb, bytea[]) is
  'Batch. Keeps what a door could not understand, with its bytes; returns how many.';
grant execute on function messaging.quarantine(jsonb, bytea[]) to whatsappb24_api, whatsappb24_worker;
