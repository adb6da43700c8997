-- The conversation behind a chat of the portal's messenger, for our page beside that chat: whom it is with, on which channel,
-- until when free text may be written, whether this user may write. phone is null for a customer who shows none.
-- Needs template.view and conversation.read.own or .all on the channel. Raises WB404 unknown_chat for any other chat, so
-- that nobody learns what he may not see. Locks nothing.
create or replace function messaging.read_chat(p_portal_id uuid, p_actor text, p_chat_id text)
returns table (
  conversation_id uuid, channel_id uuid, channel_name text, contact_name text, phone text, window_until timestamptz, may_write boolean)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
    select v.conversation_id, v.channel_id, c.name, k.name,
           (select f.value from messaging.identifier f
             where f.portal_id = v.portal_id and f.contact_id = v.contact_id and f.kind = 'wa' order by f.created_at desc limit 1),
           v.window_until,
           tenancy.allows(p_portal_id, p_actor, 'conversation.write.own', v.channel_id)
             or tenancy.allows(p_portal_id, p_actor, 'conversation.write.all', v.channel_id)
      from messaging.conversation v
      join tenancy.channel c on c.portal_id = v.portal_id and c.channel_id = v.channel_id and c.state <> 'removed'
      join messaging.contact k on k.portal_id = v.portal_id and k.contact_id = v.contact_id
     where v.portal_id = p_portal_id and v.portal_chat_id = p_chat_id and v.portal_chat_id is not null
       and tenancy.allows(p_portal_id, p_actor, 'template.view', v.channel_id)
       and (tenancy.allows(p_portal_id, p_actor, 'conversation.read.own', v.channel_id)
            or tenancy.allows(p_portal_id, p_actor, 'conversation.read.all', v.channel_id))
     order by v.window_until desc nulls last
     limit 1;
  if not found then
    perform trace.refuse('unknown_chat', jsonb_build_object('chat_id', p_chat_id));
  end if;
end
$$;
comment on function messaging.read_chat(uuid, text, text) is
  'Tenant. The conversation behind a chat of the portal''s messenger, for whoever may see its templates.';
grant execute on function messaging.read_chat(uuid, text, text) to whatsappb24_api;
