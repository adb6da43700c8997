-- Reads the items of messaging.submit(), one row per part, each field tested before it is cast, and finds channel
-- and conversation: by line and chat key (open lines) or by conversation_id. A row that may go on has outcome null.
create or replace function messaging.read_outgoing(p_items jsonb) returns setof messaging.outgoing
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with i as (
    select e.i::int as item, e.x, e.x ->> 'portal_id' as portal, e.x ->> 'source' as source, e.x ->> 'key' as key,
           e.x ->> 'at' as at, case when jsonb_typeof(e.x -> 'parts') = 'array' then e.x -> 'parts' else '[]' end as parts
      from jsonb_array_elements(p_items) with ordinality e(x, i)),
  r as (
    select i.*, c.channel_id, v.conversation_id,
           case
             when jsonb_typeof(i.x) <> 'object' then 'not_an_object'
             when i.portal is null or not pg_input_is_valid(i.portal, 'uuid') then 'unknown_portal'
             when not exists (select from tenancy.portal p where p.portal_id = i.portal::uuid) then 'unknown_portal'
             when coalesce(i.source, '') not in ('open_line', 'sms', 'robot', 'api', 'panel', 'broadcast') then 'bad_source'
             when coalesce(i.key, '') = '' or length(i.key) > 300 then 'bad_key'
             when jsonb_array_length(i.parts) not between 1 and 100 then 'no_parts'
             when i.at is not null
               and not (i.at ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' and pg_input_is_valid(i.at, 'timestamptz')) then 'bad_timestamp'
             when i.x ->> 'user_id' is not null and i.x ->> 'user_id' !~ '^[0-9]{1,18}$' then 'bad_user'
             when c.channel_id is null then 'unknown_line'
           end as trouble
      from i
      left join messaging.conversation b
        on pg_input_is_valid(i.portal, 'uuid') and b.portal_id = i.portal::uuid
       and pg_input_is_valid(i.x ->> 'conversation_id', 'uuid') and b.conversation_id = (i.x ->> 'conversation_id')::uuid
      left join lateral (
        select c.channel_id from tenancy.channel c
         where pg_input_is_valid(i.portal, 'uuid') and c.portal_id = i.portal::uuid and c.state <> 'removed'
           and (c.channel_id = b.channel_id
                or b.conversation_id is null and c.connector = i.x ->> 'connector' and c.line_id = i.x ->> 'line')
         order by c.state in ('disconnected', 'draft'), c.created_at desc limit 1) c on true
      left join messaging.conversation v
        on v.portal_id = case when pg_input_is_valid(i.portal, 'uuid') then i.portal::uuid end
       and v.channel_id = c.channel_id
       and (v.conversation_id = b.conversation_id or b.conversation_id is null and v.chat_key = i.x ->> 'chat_key'))
  select r.item,
         case when r.trouble in ('not_an_object', 'unknown_portal') then 'rejected'
              when r.trouble is not null then 'quarantined'
              when length(coalesce(p.x ->> 'text', '')) > 4096 then 'refused' end,
         coalesce(r.trouble, case when length(coalesce(p.x ->> 'text', '')) > 4096 then 'too_long' end),
         null::jsonb,
         case when pg_input_is_valid(r.portal, 'uuid') then r.portal::uuid end,
         r.source, r.key, coalesce(p.n, 1)::int, greatest(jsonb_array_length(r.parts), 1), r.channel_id, r.conversation_id,
         r.x ->> 'user_id', left(coalesce(p.x ->> 'kind', 'text'), 50), p.x ->> 'text',
         case when jsonb_typeof(p.x -> 'media') = 'object' then p.x -> 'media' end,
         jsonb_strip_nulls(jsonb_build_object(
           'chat_id', r.x -> 'portal_chat_id', 'portal_message_id', r.x -> 'portal_message_id', 'chat_key', r.x -> 'chat_key',
           'author_name', r.x -> 'author_name')),
         case when r.trouble is null and r.at is not null then r.at::timestamptz end,
         case when pg_input_is_valid(r.x ->> 'raw', 'int') then (r.x ->> 'raw')::int end,
         case when r.x ->> 'portal_message_id' ~ '^[0-9]{1,18}$' then (r.x ->> 'portal_message_id')::bigint else 0 end,
         null::uuid, null::uuid, null::bigint
    from r
    left join lateral jsonb_array_elements(r.parts) with ordinality p(x, n) on true
   order by r.item, p.n;
end
$$;
comment on function messaging.read_outgoing(jsonb) is
  'Internal, batch. The items of submit(), a row per part, each tested before it is cast, with channel and conversation.';
