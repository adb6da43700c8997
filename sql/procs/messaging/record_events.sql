-- Keeps billing, template, account, user and preference events of channels as they were said, with their bytes.
-- p_items: [{portal_id, channel_id, fact, raw, …}]. An account event that takes the number's right to send away
-- turns the channel to attention. Returns a row per item: kept or rejected.
create or replace function messaging.record_events(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, outcome text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_raw_ids uuid[];
  v_trouble record;
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select array_agg(tenancy.new_id() order by b.i) into v_raw_ids from generate_series(1, cardinality(p_raw)) b(i);
  perform messaging.keep_raw('gupshup', array_agg(v_raw_ids[k.raw]), array_agg(k.portal_id), array_agg(k.channel_id), array_agg(p_raw[k.raw]))
    from (
      select distinct on (i.raw) i.raw, i.portal_id, i.channel_id
        from jsonb_to_recordset(p_items) i(portal_id uuid, channel_id uuid, raw int)
       where i.raw between 1 and cardinality(p_raw)
       order by i.raw) k
  having count(*) > 0;
  insert into messaging.channel_event (portal_id, channel_event_id, channel_id, fact, item, raw_id)
  select c.portal_id, tenancy.new_id(), c.channel_id, left(coalesce(i.x ->> 'fact', 'unknown'), 50),
         i.x - 'portal_id' - 'channel_id' - 'raw', v_raw_ids[(i.x ->> 'raw')::int]
    from jsonb_array_elements(p_items) i(x)
    join tenancy.channel c on c.portal_id = (i.x ->> 'portal_id')::uuid and c.channel_id = (i.x ->> 'channel_id')::uuid;
  for v_trouble in
    select distinct c.portal_id, c.channel_id, i.x -> 'payload' ->> 'status' as status
      from jsonb_array_elements(p_items) i(x)
      join tenancy.channel c on c.portal_id = (i.x ->> 'portal_id')::uuid and c.channel_id = (i.x ->> 'channel_id')::uuid
     where i.x ->> 'fact' = 'account'
       and i.x -> 'payload' ->> 'status' in ('ACCOUNT_VIOLATION', 'ACCOUNT_DISABLE', 'ACCOUNT_RESTRICTED')
     order by 1, 2
  loop
    perform messaging.trouble_channel(v_trouble.portal_id, v_trouble.channel_id, v_trouble.status);
  end loop;
  return query
    select i.n::int,
           case when exists (select from tenancy.channel c
                              where c.portal_id = (i.x ->> 'portal_id')::uuid and c.channel_id = (i.x ->> 'channel_id')::uuid)
                then 'kept' else 'rejected' end
      from jsonb_array_elements(p_items) with ordinality i(x, n)
     order by i.n;
end
$$;
comment on function messaging.record_events(jsonb, bytea[]) is
  'Batch. Keeps a channel''s billing, template, account, user and preference events as they were said; a row per item.';
grant execute on function messaging.record_events(jsonb, bytea[]) to whatsappb24_api;
