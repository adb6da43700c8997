-- Which messages does an id mean? Our own ids (message, conversation, channel), every outside id (alias; a portal's
-- message id also without its part), a customer's number as a person writes it (messaging.number_variants), or his id, a
-- portal chat, or the correlation id of an answer of ours (what the log says it was about). Spaces around it do not
-- matter. At most the 200 newest. Locks nothing.
create or replace function trace.messages_of(p_portal_id uuid, p_id text) returns uuid[]
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_text text := btrim(p_id);
  v_id uuid := case when pg_input_is_valid(v_text, 'uuid') then v_text::uuid end;
  v_parts text[] := array(select v_text || '/' || n from generate_series(1, 100) n);
  v_customer text := case when v_text ~ '^\+?[0-9 ().-]+$' then regexp_replace(v_text, '[^0-9]', '', 'g') else v_text end;
begin
  return array(
    select x.message_id from (
      select m.message_id from messaging.message m where m.portal_id = p_portal_id and m.message_id = v_id
      union
      select s.message_id
        from (select m.origin_id from messaging.message m
               where m.portal_id = p_portal_id and m.message_id = v_id and m.parts > 1 limit 1) o
       cross join lateral (
         select p.message_id from messaging.message p
          where p.portal_id = p_portal_id and p.origin_id = o.origin_id and p.parts > 1 limit 200) s
      union
      select a.message_id from messaging.alias a where a.portal_id = p_portal_id and a.key = v_text
         and a.kind = any (array['gs', 'wa', 'open_line', 'sms', 'robot', 'api', 'panel', 'broadcast', 'mirror'])
      union
      select a.message_id from messaging.alias a
       where a.portal_id = p_portal_id and a.key = any (v_parts)
         and a.kind = any (array['open_line', 'sms', 'robot', 'api', 'panel', 'broadcast'])
      union
      (select l.message_id from trace.log l
        where l.portal_id = p_portal_id and l.correlation_id = v_text and l.message_id is not null
        limit 200)
      union
      (select m.message_id from messaging.message m
        where m.portal_id = p_portal_id and m.channel_id = v_id
          and exists (select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = v_id)
        order by m.message_id desc
        limit 200)
      union
      select n.message_id
        from (select c.conversation_id from messaging.conversation c
               where c.portal_id = p_portal_id and c.conversation_id = v_id
              union
              select c.conversation_id from messaging.conversation c
               where c.portal_id = p_portal_id and c.portal_chat_id = v_text
              union
              select k.conversation_id
                from (select f.contact_id from messaging.identifier f
                       where f.portal_id = p_portal_id and f.kind = any (array['wa', 'bsuid', 'alias'])
                         and f.value = any (array[v_customer] || messaging.number_variants(v_customer)) limit 3) f
               cross join lateral (
                 select c.conversation_id from messaging.conversation c
                  where c.portal_id = p_portal_id and c.contact_id = f.contact_id limit 200) k) v
       cross join lateral (
         select m.message_id from messaging.message m
          where m.portal_id = p_portal_id and m.conversation_id = v.conversation_id
          order by m.message_id desc
          limit 200) n) x
     order by x.message_id desc
     limit 200);
end
$$;
comment on function trace.messages_of(uuid, text) is
  'Tenant. The messages that an id of any kind means, newest first, at most 200.';
