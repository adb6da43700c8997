-- Reads the items of messaging.submit(), one row per part, each field tested before it is cast, and finds channel
-- and conversation: by line and chat key (open lines) or by conversation_id. A row that may go on has outcome null;
-- an item that cannot be placed is quarantined (kept and shown) or rejected (it names no portal of ours); a part that
-- is too long, says nothing or carries what WhatsApp does not take (messaging.content_fault) is refused, so that its
-- author is told.
create or replace function messaging.read_outgoing(p_items jsonb) returns setof messaging.outgoing
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  return query
  with i as (
    select e.i::int as item, e.x, e.x ->> 'source' as source, e.x ->> 'key' as key, e.x ->> 'at' as at,
           case when pg_input_is_valid(e.x ->> 'portal_id', 'uuid') then (e.x ->> 'portal_id')::uuid end as portal_id,
           case when pg_input_is_valid(e.x ->> 'conversation_id', 'uuid') then (e.x ->> 'conversation_id')::uuid end as named_id,
           case when jsonb_typeof(e.x -> 'parts') <> 'array' then '[]'
                when jsonb_array_length(e.x -> 'parts') <= 100 then e.x -> 'parts' else '[]' end as parts
      from jsonb_array_elements(p_items) with ordinality e(x, i)),
  r as materialized (
    select i.*, c.channel_id, v.conversation_id,
           case
             when jsonb_typeof(i.x) <> 'object' then 'not_an_object'
             when o.portal_id is null then 'unknown_portal'
             when coalesce(i.source, '') not in ('open_line', 'sms', 'robot', 'api', 'panel', 'broadcast') then 'bad_source'
             when coalesce(i.key, '') = '' or length(i.key) > 300 then 'bad_key'
             when i.parts = '[]' then 'no_parts'
             when i.at is not null
               and not (i.at ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' and pg_input_is_valid(i.at, 'timestamptz')) then 'bad_timestamp'
             when i.x ->> 'user_id' is not null and i.x ->> 'user_id' !~ '^([0-9]{1,18}|key:[0-9a-f-]{36})$' then 'bad_user'
             when c.channel_id is null and i.x ->> 'conversation_id' is null then 'unknown_line'
             when v.conversation_id is null then 'unknown_chat'
           end as trouble
      from i
      left join tenancy.portal o on o.portal_id = i.portal_id
      left join messaging.conversation b on b.portal_id = i.portal_id and b.conversation_id = i.named_id
      left join lateral (
        select c.channel_id from tenancy.channel c
         where c.portal_id = i.portal_id and c.state <> 'removed'
           and (c.channel_id = b.channel_id
                or b.conversation_id is null and c.connector = i.x ->> 'connector' and c.line_id = i.x ->> 'line')
         order by c.state in ('disconnected', 'draft'), c.created_at desc limit 1) c on true
      -- Two searches by a whole key each: an `or` between them would read every conversation of the table.
      left join lateral (
        select n.conversation_id from messaging.conversation n
         where n.portal_id = i.portal_id and n.conversation_id = b.conversation_id and n.channel_id = c.channel_id
        union all
        select k.conversation_id from messaging.conversation k
         where b.conversation_id is null and k.portal_id = i.portal_id and k.channel_id = c.channel_id and k.chat_key = i.x ->> 'chat_key'
         limit 1) v on true),
  p as (
    select r.*, coalesce(p.n, 1)::int as part, p.x as said,
           case
             when r.trouble is not null then r.trouble
             when f.found is not null then f.found ->> 'reason'
             when p.x ->> 'reply_to' is not null and a.answered_id is null then 'unknown_message'
             when length(p.x ->> 'text') > 4096 then 'too_long'
             when p.x ->> 'kind' = 'template' and not coalesce(pg_input_is_valid(p.x -> 'template' ->> 'template_id', 'uuid'), false) then 'malformed_item'
             when coalesce(p.x ->> 'text', '') = '' and coalesce(jsonb_typeof(p.x -> 'media'), '') <> 'object'
               and coalesce(p.x ->> 'kind', '') <> 'template' and jsonb_typeof(p.x -> 'content') is distinct from 'object' then 'malformed_item'
           end as reason, f.found - 'reason' as figures, a.answered_id
      from r
      left join lateral jsonb_array_elements(r.parts) with ordinality p(x, n) on true
      left join lateral (
        select case when r.trouble is null and coalesce(p.x ->> 'kind', 'text') not in ('text', 'template')
                    then messaging.content_fault(p.x) end as found) f on true
      left join lateral (
        select case when r.trouble is null and (p.x -> 'reply' is not null or p.x ->> 'reply_to' is not null)
                    then messaging.answered_message(r.portal_id, r.conversation_id, p.x) end as answered_id) a on true)
  select p.item,
         case when p.trouble in ('not_an_object', 'unknown_portal') then 'rejected'
              when p.trouble is not null then 'quarantined'
              when p.reason is not null then 'refused' end,
         p.reason,
         case when p.trouble is null then
           case when p.figures is not null then p.figures else case p.reason when 'too_long' then jsonb_build_object('length', length(p.said ->> 'text'), 'limit', 4096)
                         when 'malformed_item' then jsonb_build_object('field', 'parts')
                         when 'unknown_message' then jsonb_build_object('message_id', p.said -> 'reply_to') end end
         end,
         p.portal_id, p.source, p.key, p.part, greatest(jsonb_array_length(p.parts), 1), p.channel_id, p.conversation_id,
         p.x ->> 'user_id', left(coalesce(p.said ->> 'kind', 'text'), 50),
         case when p.answered_id is not null and p.said ? 'reply' then nullif(p.said #>> '{reply,answer}', '')
              when p.said ? 'content' and p.trouble is null then coalesce(messaging.content_text(p.said ->> 'kind', p.said -> 'content'), p.said ->> 'text')
              else p.said ->> 'text' end,
         case when jsonb_typeof(p.said -> 'media') = 'object' then p.said -> 'media' end,
         jsonb_strip_nulls(jsonb_build_object('context_id', p.answered_id,
           'content', case when jsonb_typeof(p.said -> 'content') = 'object' then p.said -> 'content' end,
           'chat_id', p.x -> 'portal_chat_id', 'portal_message_id', p.x -> 'portal_message_id', 'chat_key', p.x -> 'chat_key',
           'author_name', p.x -> 'author_name', 'robot', p.x -> 'robot', 'template', case when p.said ->> 'kind' = 'template' then p.said -> 'template' end)),
         case when p.trouble is null and p.at is not null then p.at::timestamptz end,
         case when pg_input_is_valid(p.x ->> 'raw', 'int') then (p.x ->> 'raw')::int end,
         case when p.x ->> 'portal_message_id' ~ '^[0-9]{1,18}$' then (p.x ->> 'portal_message_id')::bigint else 0 end,
         null::uuid, null::uuid, null::bigint
    from p
   order by p.item, p.part;
end
$$;
comment on function messaging.read_outgoing(jsonb) is
  'Internal, batch. The items of submit(), a row per part, each tested before it is cast, with channel and conversation.';
