-- Erases the words, files, payloads and raw bytes of the next messages of a removed channel, conversation by conversation,
-- and what the log, receipts and waiting notices say of them; goes on after the last when none is left (step log).
-- Returns how many messages, and which of them had a file. For tenancy.erase_due, which holds the erasure's row.
create or replace function tenancy.erase_messages(p_portal_id uuid, p_channel_id uuid, p_limit int)
returns table (touched int, files uuid[])
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_nothing constant uuid := '00000000-0000-0000-0000-000000000000';
  v_erasure tenancy.erasure;
  v_conversation uuid;
  v_seen int := 0;
  v_some uuid[];
  v_messages uuid[] := '{}';
  v_files uuid[];
begin
  select * into v_erasure from tenancy.erasure e where e.portal_id = p_portal_id and e.channel_id = p_channel_id;
  for v_conversation in
    select c.conversation_id from messaging.conversation c
     where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.conversation_id >= v_erasure.conversation_id
     order by c.conversation_id
     limit p_limit
  loop
    v_seen := v_seen + 1;
    v_some := array(
      select m.message_id from messaging.message m
       where m.portal_id = p_portal_id and m.conversation_id = v_conversation
         and m.message_id > case when v_conversation = v_erasure.conversation_id then v_erasure.after_id else v_nothing end
       order by m.message_id
       limit p_limit - cardinality(v_messages));
    v_messages := v_messages || v_some;
    v_erasure.after_id := coalesce(v_some[cardinality(v_some)], case when v_conversation = v_erasure.conversation_id then v_erasure.after_id else v_nothing end);
    v_erasure.conversation_id := v_conversation;
    exit when cardinality(v_messages) >= p_limit;
  end loop;

  perform 1 from messaging.message m
   where m.portal_id = p_portal_id and m.message_id = any (v_messages) order by m.message_id for update;
  delete from messaging.raw r
   where r.portal_id = p_portal_id and r.raw_id in (
     select m.raw_id from messaging.message m where m.portal_id = p_portal_id and m.message_id = any (v_messages)
     union
     select e.raw_id from messaging.receipt e where e.portal_id = p_portal_id and e.message_id = any (v_messages));
  v_files := array(
    select m.message_id from messaging.message m
     where m.portal_id = p_portal_id and m.message_id = any (v_messages) and m.media is not null order by m.message_id);
  update messaging.message m
     set text = null, media = null, detail = null, raw_id = null, payload = jsonb_build_object('erased_at', v_now)
   where m.portal_id = p_portal_id and m.message_id = any (v_messages);
  update messaging.mirror r
     set fingerprint = ''
   where r.portal_id = p_portal_id and r.message_id = any (v_messages);
  update messaging.receipt e
     set reason = null, detail = null, raw_id = null
   where e.portal_id = p_portal_id and e.message_id = any (v_messages);
  delete from messaging.notice n
   where n.portal_id = p_portal_id and n.kind = any (array['tick', 'trouble', 'verify']) and n.message_id = any (v_messages);
  update trace.log l
     set request = null, response = null
   where l.portal_id = p_portal_id and l.message_id = any (v_messages);

  update tenancy.erasure e
     set conversation_id = v_erasure.conversation_id, after_id = case when v_seen < p_limit and cardinality(v_messages) < p_limit then v_nothing else v_erasure.after_id end,
         messages = e.messages + cardinality(v_messages),
         step = case when v_seen < p_limit and cardinality(v_messages) < p_limit then 'log' else e.step end
   where e.portal_id = p_portal_id and e.channel_id = p_channel_id;
  return query select cardinality(v_messages), v_files;
end
$$;
comment on function tenancy.erase_messages(uuid, uuid, int) is
  'Internal. Erases the contents of a removed channel''s next messages; returns how many, and which had a file.';
