-- Sends a message of a program or of the panel into a conversation that exists: named by its id, or by channel and number
-- (in any of its ways of writing). p_key: the sender's own id of this sending, so that it acts once. p_parts: the parts of
-- messaging.submit(): a text that was split is several. All are sent or none: what submit refuses is raised, and then
-- nothing is kept or charged. A third party's key writes as source api, a person as panel. Returns the parts in order.
-- Raises WB404 unknown_chat for what this actor may not see, WB404 unknown_channel, WB400 malformed_item, WB409 write_first where nobody wrote from that number, and
-- whatever submit refuses with. Locks what submit locks.
create or replace function messaging.send_message(
  p_portal_id uuid, p_actor text, p_key text, p_conversation_id uuid, p_channel_id uuid, p_phone text, p_parts jsonb)
returns table (message_id uuid, part int)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_digits text := messaging.known_number(p_portal_id, regexp_replace(coalesce(p_phone, ''), '[ +().-]', '', 'g'));
  v_conversation messaging.conversation;
  v_sent record;
begin
  if p_conversation_id is not null then
    select * into v_conversation from messaging.conversation v where v.portal_id = p_portal_id and v.conversation_id = p_conversation_id;
  else
    select v.* into v_conversation
      from messaging.identifier i
      join messaging.conversation v on v.portal_id = i.portal_id and v.contact_id = i.contact_id and v.channel_id = p_channel_id
     where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits
     order by i.kind = 'alias' limit 1;
  end if;
  if not tenancy.allows(p_portal_id, p_actor, 'conversation.write.own', coalesce(v_conversation.channel_id, p_channel_id))
    and not tenancy.allows(p_portal_id, p_actor, 'conversation.write.all', coalesce(v_conversation.channel_id, p_channel_id))
    or v_conversation.conversation_id is null and p_conversation_id is not null
  then
    perform trace.refuse('unknown_chat', jsonb_build_object('conversation_id', p_conversation_id, 'channel_id', p_channel_id));
  elsif v_conversation.conversation_id is null and p_channel_id is null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'conversation_id'));
  elsif v_conversation.conversation_id is null and not exists (
    select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed')
  then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  elsif v_conversation.conversation_id is null then
    perform trace.refuse('write_first', jsonb_build_object('phone', v_digits));
  end if;
  for v_sent in
    select s.* from messaging.submit(jsonb_build_array(jsonb_build_object(
      'portal_id', p_portal_id, 'source', case when starts_with(p_actor, 'key:') then 'api' else 'panel' end,
      'key', p_actor || ' ' || p_key, 'conversation_id', v_conversation.conversation_id, 'user_id', p_actor, 'parts', p_parts))) s
     order by s.part
  loop
    if v_sent.outcome not in ('accepted', 'duplicate') then
      perform trace.refuse(
        case when v_sent.outcome = 'refused' then v_sent.reason else 'malformed_item' end, coalesce(v_sent.detail, '{}') || jsonb_build_object('part', v_sent.part));
    end if;
    message_id := v_sent.message_id;
    part := v_sent.part;
    return next;
  end loop;
end
$$;
comment on function messaging.send_message(uuid, text, text, uuid, uuid, text, jsonb) is
  'Tenant. Sends a message into a conversation that exists, once for each key; all parts or none; returns them.';
grant execute on function messaging.send_message(uuid, text, text, uuid, uuid, text, jsonb) to whatsappb24_api;
