-- Reads the items of messaging.receive() as text and tests each field before it is cast, so that one bad item
-- never fails its siblings. An item that may go on has outcome null; else quarantined (kept and shown) or
-- rejected (it names no channel of ours), with the reason. wa_id is digits and bsuid never only digits, so that one
-- customer's id is never another's; a sender who is named by anything else than digits is known by that name. An id in
-- which a character was replaced (U+FFFD, by the door) is nobody's.
create or replace function messaging.read_incoming(p_items jsonb) returns setof messaging.incoming
language sql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
  with i as (
    select e.i::int as item, e.x, e.x ->> 'portal_id' as portal, e.x ->> 'channel_id' as channel,
           e.x ->> 'key' as key, s.wa_id,
           coalesce(nullif(e.x ->> 'bsuid', ''), case when s.wa_id is null then nullif(e.x ->> 'wa_id', '') end) as bsuid,
           e.x ->> 'sent_at' as sent_at, e.x ->> 'raw' as raw
      from jsonb_array_elements(p_items) with ordinality e(x, i)
     cross join lateral (select case when e.x ->> 'wa_id' ~ '^[0-9]{1,20}$' then e.x ->> 'wa_id' end as wa_id) s),
  r as materialized (
    select i.*, case
             when jsonb_typeof(i.x) <> 'object' then 'not_an_object'
             when i.portal is null or i.channel is null
               or not pg_input_is_valid(i.portal, 'uuid') or not pg_input_is_valid(i.channel, 'uuid') then 'unknown_channel'
             when not exists (select from tenancy.channel c
                               where c.portal_id = i.portal::uuid and c.channel_id = i.channel::uuid
                                 and c.state <> 'removed') then 'unknown_channel'
             when coalesce(i.key, '') = '' or length(i.key) > 400 or i.key ~ U&'\FFFD' then 'bad_key'
             when i.wa_id is null and i.bsuid is null then 'no_sender'
             when i.bsuid ~ '^[0-9]*$' or i.bsuid ~ U&'\FFFD' or length(i.bsuid) > 200 then 'bad_sender'
             when i.sent_at is not null
               and not (i.sent_at ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' and pg_input_is_valid(i.sent_at, 'timestamptz')) then 'bad_timestamp'
             when i.x -> 'doubts' ? 'timestamp' then 'bad_timestamp'
             when length(coalesce(i.x ->> 'text', '')) > 65536 then 'too_long'
             when i.raw is not null and not pg_input_is_valid(i.raw, 'int') then 'bad_raw'
           end as trouble
      from i)
  select r.item,
         case when r.trouble in ('not_an_object', 'unknown_channel') then 'rejected'
              when r.trouble is not null then 'quarantined' end,
         r.trouble,
         case when pg_input_is_valid(r.portal, 'uuid') then r.portal::uuid end,
         case when pg_input_is_valid(r.channel, 'uuid') then r.channel::uuid end,
         r.key, r.wa_id, r.bsuid,
         left(coalesce(r.x ->> 'name', ''), 200), left(coalesce(r.x ->> 'kind', 'unsupported'), 50), r.x ->> 'text',
         case when jsonb_typeof(r.x -> 'media') = 'object' then r.x -> 'media' end,
         case when jsonb_typeof(r.x -> 'payload') = 'object' then r.x -> 'payload' else '{}' end,
         r.x ->> 'context_key',
         case when r.trouble is null and r.sent_at is not null then r.sent_at::timestamptz end,
         case when pg_input_is_valid(r.raw, 'int') then r.raw::int end,
         null::uuid, null::uuid, null::uuid, null::bigint
    from r
   order by r.item
$$;
comment on function messaging.read_incoming(jsonb) is
  'Internal, batch. The items of receive(), each tested before it is cast.';
