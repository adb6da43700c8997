-- Keeps raw bodies beside the facts that name them. p_ids[i] null: body i is not kept (only duplicates came in it).
create or replace function messaging.keep_raw(
  p_door text, p_ids uuid[], p_portals uuid[], p_channels uuid[], p_raw bytea[]) returns void
language sql security definer
set search_path = ''
as $$
  insert into messaging.raw (portal_id, raw_id, channel_id, door, body)
  select u.portal_id, u.id, u.channel_id, p_door, u.body
    from unnest(p_ids, p_portals, p_channels, p_raw) u(id, portal_id, channel_id, body)
   where u.id is not null and u.portal_id is not null and u.body is not null
$$;
comment on function messaging.keep_raw(text, uuid[], uuid[], uuid[], bytea[]) is
  'Internal, batch. Stores the raw bodies whose id is not null.';
