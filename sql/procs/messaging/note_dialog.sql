-- The portal says that a dialog began: which chat of its own stands for our chat key, and which session. Deliveries to
-- that chat whose outcome is unknown can be looked up from now on, so their questions (verify) become due.
-- For the event door. p_session_id may be null. Returns whether we know the dialog; what is empty says nothing.
-- Locks the conversation row, then its notices in the order of their key.
create or replace function messaging.note_dialog(
  p_portal_id uuid, p_connector text, p_line_id text, p_chat_key text, p_chat_id text, p_session_id text default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_conversation uuid;
begin
  select v.conversation_id into v_conversation
    from messaging.conversation v
    join tenancy.channel c on c.portal_id = v.portal_id and c.channel_id = v.channel_id
   where v.portal_id = p_portal_id and v.chat_key = p_chat_key and c.connector = p_connector and c.line_id = p_line_id
     and c.state not in ('disconnected', 'removed')
     for no key update of v;
  if not found or coalesce(p_chat_id, '') = '' then
    return false;
  end if;
  update messaging.conversation v
     set portal_chat_id = p_chat_id, session_id = coalesce(nullif(p_session_id, ''), v.session_id)
   where v.portal_id = p_portal_id and v.conversation_id = v_conversation;
  perform messaging.begin_visits(array[p_portal_id], array[v_conversation]);
  perform 1 from messaging.notice n
   where n.portal_id = p_portal_id and n.conversation_id = v_conversation and n.kind = 'verify'
   order by n.portal_id, n.notice_id
     for update;
  update messaging.notice n
     set due_at = least(n.due_at, v_now)
   where n.portal_id = p_portal_id and n.conversation_id = v_conversation and n.kind = 'verify';
  return true;
end
$$;
comment on function messaging.note_dialog(uuid, text, text, text, text, text) is
  'Tenant. The portal began a dialog: its chat and session for our chat key; unknown deliveries to it can be looked up now.';
grant execute on function messaging.note_dialog(uuid, text, text, text, text, text) to whatsappb24_api;
