-- Conversations of the last week whose history may hold operator messages that no event brought. For the reconciler.
-- read_until is the newest portal message of each that came before the last reading that succeeded: later ones may have
-- overtaken one that was missed, and submit() takes each once. At most p_limit, those that spoke last first.
create or replace function messaging.open_dialogs(p_portal_id uuid, p_limit int default 50)
returns table (
  conversation_id uuid, connector text, line_id text, chat_key text, portal_chat_id text, session_id text,
  read_until bigint, portal_origin text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    select v.conversation_id, c.connector, c.line_id, v.chat_key, v.portal_chat_id, v.session_id,
           coalesce((
             select max((m.payload ->> 'portal_message_id')::bigint)
               from messaging.message m
              where m.portal_id = v.portal_id and m.conversation_id = v.conversation_id
                and m.message_id >= tenancy.id_floor(v_now - interval '8 days')
                and m.message_id < tenancy.id_floor(p.repaired_at - interval '5 minutes')
                and m.payload ->> 'portal_message_id' ~ '^[0-9]{1,18}$'), 0),
           substring(p.client_endpoint from '^https?://[^/]+')
      from messaging.conversation v
      join tenancy.channel c on c.portal_id = v.portal_id and c.channel_id = v.channel_id
      join tenancy.portal p on p.portal_id = v.portal_id
     where v.portal_id = p_portal_id and v.portal_chat_id is not null and c.state in ('connecting', 'active', 'attention', 'paused')
       and v.window_until > v_now - interval '6 days'
     order by v.window_until desc
     limit p_limit;
end
$$;
comment on function messaging.open_dialogs(uuid, int) is
  'Tenant. Recent conversations with the portal message after which each is to be read for what was missed.';
grant execute on function messaging.open_dialogs(uuid, int) to whatsappb24_worker;
