-- The messages of a conversation before an instant, newest first, as the panel shows them. reply_to: what a message
-- answers; postback: the key of the button or row that the customer chose. Needs
-- conversation.read.all, or conversation.read.own, on its channel. Locks nothing.
create or replace function messaging.read_conversation(
  p_portal_id uuid, p_user_id text, p_conversation_id uuid, p_before uuid default null, p_limit int default 50)
returns table (
  message_id uuid, direction text, source text, author text, kind text, text text, media jsonb, state text,
  state_at timestamptz, reason text, said_at timestamptz, arrived_at timestamptz, reply_to uuid, postback text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_channel uuid;
begin
  select c.channel_id into v_channel from messaging.conversation c
   where c.portal_id = p_portal_id and c.conversation_id = p_conversation_id;
  if not found then
    perform trace.refuse('unknown_chat', jsonb_build_object('conversation_id', p_conversation_id));
  end if;
  if not tenancy.allows(p_portal_id, p_user_id, 'conversation.read.own', v_channel) then
    perform tenancy.demand(p_portal_id, p_user_id, 'conversation.read.all', v_channel);
  end if;
  return query
    select m.message_id, m.direction, m.source, m.author, m.kind, m.text, m.media, m.state, m.state_at, m.reason, m.said_at,
           tenancy.id_time(m.message_id), m.context_id, m.payload ->> 'postbackText'
      from messaging.message m
     where m.portal_id = p_portal_id and m.conversation_id = p_conversation_id and m.source <> 'mirror'
       and (p_before is null or m.message_id < p_before)
     order by m.message_id desc
     limit least(p_limit, 200);
end
$$;
comment on function messaging.read_conversation(uuid, text, uuid, uuid, int) is
  'Tenant. A page of a conversation, newest first.';
grant execute on function messaging.read_conversation(uuid, text, uuid, uuid, int) to whatsappb24_api;
