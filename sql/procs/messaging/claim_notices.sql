-- Claims notices that are due, each for one minute: ticks, troubles, questions, with all the teller needs. A tick or
-- trouble may be told twice without harm, so an ended lease is simply claimed again.
-- A tick of a message that is shown in the chat needs its place there, which comes with the echo: payload says is_mirrored.
-- memo is what settle_notices left with the notice, and crm: what the client is there where a rule of ours keeps it. For the worker; the portals must be installed. Locks the claimed rows, passing over locked ones.
create or replace function messaging.claim_notices(p_portals uuid[], p_each int default 50, p_limit int default 200)
returns table (
  portal_id uuid, notice_id uuid, kind text, token bigint, tries int, message_id uuid, conversation_id uuid,
  direction text, state text, reason text, detail jsonb, author text, text text, payload jsonb, keys jsonb, memo jsonb,
  said_at timestamptz,
  chat_key text, portal_chat_id text, session_id text, contact_name text, connector text, line_id text,
  channel_name text, language text, window_until timestamptz)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with due as (
      select n.portal_id, n.notice_id
        from unnest(p_portals) p(portal_id)
        join tenancy.portal o on o.portal_id = p.portal_id and o.state = 'installed'
       cross join lateral (
         select d.portal_id, d.notice_id from messaging.notice d
          where d.portal_id = p.portal_id and d.due_at <= v_now
          order by d.due_at limit p_each for update skip locked) n
       limit p_limit),
    leased as (
      update messaging.notice n
         set due_at = v_now + interval '1 minute', token = n.token + 1, tries = n.tries + 1
        from due where n.portal_id = due.portal_id and n.notice_id = due.notice_id
      returning n.*)
    select l.portal_id, l.notice_id, l.kind, l.token, l.tries, l.message_id, l.conversation_id,
           m.direction, m.state, m.reason, m.detail, case when not starts_with(m.author, 'key:') then m.author end, left(m.text, 200),
           m.payload || coalesce((
             select jsonb_strip_nulls(jsonb_build_object('is_mirrored', true, 'chat_id', r.portal_chat_id, 'portal_message_id', r.portal_message_id))
               from messaging.mirror r where r.portal_id = m.portal_id and r.message_id = m.message_id), '{}'),
           coalesce((select jsonb_agg(a.key order by s.part, a.created_at, a.key)
                       from (select m.message_id, m.part
                             union
                             select o.message_id, o.part from messaging.message o
                              where m.parts > 1 and o.portal_id = m.portal_id and o.origin_id = m.origin_id and o.parts > 1) s
                       join messaging.alias a on a.portal_id = m.portal_id and a.message_id = s.message_id
                      where a.kind = case m.direction when 'in' then 'wa' else 'gs' end or a.kind = 'mirror' and m.direction = 'in'), '[]'),
           l.detail || jsonb_build_object('crm', messaging.crm_items_of(l.portal_id, l.conversation_id)), m.said_at, v.chat_key, v.portal_chat_id, v.session_id, k.name, c.connector, c.line_id, c.name, p.language, v.window_until
      from leased l
      join messaging.message m on m.portal_id = l.portal_id and m.message_id = l.message_id
      join messaging.conversation v on v.portal_id = l.portal_id and v.conversation_id = l.conversation_id
      join messaging.contact k on k.portal_id = v.portal_id and k.contact_id = v.contact_id
      join tenancy.channel c on c.portal_id = v.portal_id and c.channel_id = v.channel_id
      join tenancy.portal p on p.portal_id = l.portal_id;
end
$$;
comment on function messaging.claim_notices(uuid[], int, int) is
  'Batch. Claims due notices (tick, trouble, verify) of these portals for a minute, with all the teller needs.';
grant execute on function messaging.claim_notices(uuid[], int, int) to whatsappb24_worker;
