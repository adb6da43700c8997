-- Keeps the raw bodies of a call, each once, for the first item (in the order given) that came in it.
-- p_raw: the bodies. p_of, p_doors, p_portals, p_channels: per item to be kept its body's index in p_raw (from 1, or
-- null), its door ('gupshup', 'bitrix24') and whose it is (the channel may be null). Returns the bodies' ids by index,
-- null for a body that no item claimed. Locks nothing.
create or replace function messaging.keep_raw(
  p_raw bytea[], p_of int[], p_doors text[], p_portals uuid[], p_channels uuid[]) returns uuid[]
language sql security definer
set search_path = ''
as $$
  with claimed as (
    select distinct on (u.body) u.body, u.door, u.portal_id, u.channel_id
      from unnest(p_of, p_doors, p_portals, p_channels) with ordinality u(body, door, portal_id, channel_id, n)
     where p_raw[u.body] is not null and u.portal_id is not null
     order by u.body, u.n),
  named as materialized (
    select c.*, tenancy.new_id() as raw_id from claimed c),
  kept as (
    insert into messaging.raw (portal_id, raw_id, channel_id, door, body)
    select n.portal_id, n.raw_id, n.channel_id, n.door, p_raw[n.body] from named n)
  select array_agg(n.raw_id order by b.i)
    from generate_series(1, cardinality(p_raw)) b(i)
    left join named n on n.body = b.i
$$;
comment on function messaging.keep_raw(bytea[], int[], text[], uuid[], uuid[]) is
  'Internal, batch. Stores each raw body once, for the first item that came in it; returns the ids by body.';
