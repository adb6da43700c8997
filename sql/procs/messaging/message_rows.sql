-- Messages as the panel shows them, newest first: with the names of channel, customer and author, and of a file no
-- more than name, type and size (its address would open it). Whoever calls has asked for permission. Locks nothing.
create or replace function messaging.message_rows(p_portal_id uuid, p_messages uuid[])
returns table (
  message_id uuid, channel_id uuid, channel_name text, conversation_id uuid, contact_name text, phone text, direction text,
  source text, author text, author_name text, kind text, text text, media jsonb, state text, state_at timestamptz,
  reason text, said_at timestamptz, arrived_at timestamptz)
language sql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select m.message_id, m.channel_id, c.name, m.conversation_id, k.name, v.chat_key, m.direction, m.source, m.author,
         coalesce(nullif(m.payload ->> 'author_name', ''), nullif(u.name, '')), m.kind, m.text,
         case when m.media is not null
              then jsonb_strip_nulls(jsonb_build_object('name', m.media -> 'name', 'mime', m.media -> 'mime', 'size', m.media -> 'size')) end,
         m.state, m.state_at, m.reason, m.said_at, tenancy.id_time(m.message_id)
    from messaging.message m
    join tenancy.channel c on c.portal_id = m.portal_id and c.channel_id = m.channel_id
    join messaging.conversation v on v.portal_id = m.portal_id and v.conversation_id = m.conversation_id
    join messaging.contact k on k.portal_id = v.portal_id and k.contact_id = v.contact_id
    left join tenancy.portal_user u on u.portal_id = m.portal_id and u.user_id = m.author
   where m.portal_id = p_portal_id and m.message_id = any (p_messages)
   order by m.message_id desc
$$;
comment on function messaging.message_rows(uuid, uuid[]) is
  'Internal. Messages as the panel shows them, newest first, without a file''s address.';
