-- Conversations of the channels a user may read, the newest first by creation, with their last known facts.
create or replace function messaging.conversations(p_portal_id uuid, p_user_id text, p_limit int default 100)
returns table (
  conversation_id uuid, channel_id uuid, channel_name text, contact_name text, chat_key text, portal_chat_id text,
  window_until timestamptz, waiting bigint)
language sql stable security definer
set search_path = ''
as $$
  select v.conversation_id, v.channel_id, c.name, k.name, v.chat_key, v.portal_chat_id, v.window_until,
         coalesce((select sum(l.last_seq - l.done_seq) from messaging.lane l
                    where l.portal_id = v.portal_id and l.conversation_id = v.conversation_id), 0)::bigint
    from messaging.conversation v
    join messaging.contact k on k.portal_id = v.portal_id and k.contact_id = v.contact_id
    join tenancy.channel c on c.portal_id = v.portal_id and c.channel_id = v.channel_id
   where v.portal_id = p_portal_id
     and (tenancy.allows(p_portal_id, p_user_id, 'conversation.read.own', v.channel_id)
          or tenancy.allows(p_portal_id, p_user_id, 'conversation.read.all', v.channel_id))
   order by v.conversation_id desc
   limit least(p_limit, 500)
$$;
comment on function messaging.conversations(uuid, text, int) is
  'Tenant. Conversations of the channels this user may read.';
grant execute on function messaging.conversations(uuid, text, int) to whatsappb24_api;
