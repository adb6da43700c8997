-- Reads the items of messaging.apply_receipts() as text, tests each field before it is cast, and finds the message
-- each speaks of: by Gupshup's id, then by WhatsApp's. outcome null: to be applied to message_id.
create or replace function messaging.read_receipts(p_items jsonb) returns setof messaging.reporting
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
  with i as (
    select e.n::int as item, e.x, e.x ->> 'portal_id' as portal, e.x ->> 'channel_id' as channel, e.x ->> 'event' as event,
           case when jsonb_typeof(e.x -> 'keys') = 'object' then e.x -> 'keys' else '{}' end as keys,
           e.x ->> 'at' as at, e.x ->> 'raw' as raw
      from jsonb_array_elements(p_items) with ordinality e(x, n)),
  r as (
    select i.*, nullif(left(i.keys ->> 'gs', 400), '') as gs, nullif(left(i.keys ->> 'wa', 400), '') as wa,
           case
             when jsonb_typeof(i.x) <> 'object' then 'not_an_object'
             when i.portal is null or i.channel is null
               or not pg_input_is_valid(i.portal, 'uuid') or not pg_input_is_valid(i.channel, 'uuid') then 'unknown_channel'
             when not exists (select from tenancy.channel c
                               where c.portal_id = i.portal::uuid and c.channel_id = i.channel::uuid) then 'unknown_channel'
             when coalesce(i.event, '') not in ('enqueued', 'sent', 'delivered', 'read', 'failed', 'deleted', 'mismatch') then 'unknown_event'
             when i.at is not null
               and not (i.at ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' and pg_input_is_valid(i.at, 'timestamptz')) then 'bad_timestamp'
             when i.x -> 'doubts' ? 'timestamp' then 'bad_timestamp'
             when i.event = 'mismatch' and (coalesce(i.x -> 'alias' ->> 'phone', '') = '' or coalesce(i.x -> 'alias' ->> 'wa_id', '') = '') then 'no_alias'
             when i.event <> 'mismatch' and coalesce(i.keys ->> 'gs', '') = '' and coalesce(i.keys ->> 'wa', '') = '' then 'no_key'
           end as trouble
      from i),
  m as (
    select r.*, coalesce(
             (select a.message_id from messaging.alias a where a.portal_id = r.portal::uuid and a.kind = 'gs' and a.key = r.gs),
             (select a.message_id from messaging.alias a where a.portal_id = r.portal::uuid and a.kind = 'wa' and a.key = r.wa)) as message_id
      from r where r.trouble is null
    union all
    select r.*, null from r where r.trouble is not null)
  select m.item,
         case when m.trouble in ('not_an_object', 'unknown_channel') then 'rejected'
              when m.trouble is not null then 'quarantined'
              when m.event = 'mismatch' then 'noted'
              when m.message_id is null then 'parked'
              when m.event = 'failed' and m.x ->> 'code' = '131026' then 'held' end,
         m.trouble,
         case when pg_input_is_valid(m.portal, 'uuid') then m.portal::uuid end,
         case when pg_input_is_valid(m.channel, 'uuid') then m.channel::uuid end,
         m.gs, m.wa, left(m.x ->> 'destination', 100), m.message_id, m.event,
         case when m.trouble is null then coalesce(m.at::timestamptz, v_now) end,
         left(m.x ->> 'code', 100), left(m.x ->> 'reason', 500), m.x ->> 'policy', m.x -> 'alias', m.x -> 'pricing',
         case when pg_input_is_valid(m.raw, 'int') then m.raw::int end
    from m
   order by m.item;
end
$$;
comment on function messaging.read_receipts(jsonb) is
  'Internal, batch. The items of apply_receipts(), each tested before it is cast, with the message it speaks of.';
