-- One message as the panel shows it: its row, the parts of its operator message (itself among them where there are
-- several), its ids, what it answers, the key of the button that was chosen, the portal's chat that it stands in, the state of its charge, how often it was tried, and what
-- this user may decide about it (the verdicts of messaging.resolve_unknown; none unless its outcome is unknown and he
-- has log.replay on the channel).
-- Needs conversation.read.own or .all on its channel. Raises WB404 unknown_message, WB403 permission. Locks nothing.
create or replace function messaging.read_message(p_portal_id uuid, p_user_id text, p_message_id uuid)
returns table (
  message_id uuid, channel_id uuid, channel_name text, conversation_id uuid, contact_name text, phone text, direction text,
  source text, author text, author_name text, kind text, text text, media jsonb, state text, state_at timestamptz,
  reason text, said_at timestamptz, arrived_at timestamptz, part int, parts jsonb, ids jsonb, charge_state text,
  attempts int, said text, may text[], portal_chat_id text, reply_to uuid, postback text)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_message messaging.message;
  v_may text[] := '{}';
begin
  select * into v_message from messaging.message m where m.portal_id = p_portal_id and m.message_id = p_message_id;
  if not found then
    perform trace.refuse('unknown_message', jsonb_build_object('message_id', p_message_id));
  end if;
  perform messaging.readable_channels(p_portal_id, p_user_id, v_message.channel_id);
  if v_message.state = 'unknown' and tenancy.allows(p_portal_id, p_user_id, 'log.replay', v_message.channel_id) then
    v_may := array['arrived', 'resend', 'drop'];
  end if;
  return query
    select r.message_id, r.channel_id, r.channel_name, r.conversation_id, r.contact_name, r.phone, r.direction, r.source,
           r.author, r.author_name, r.kind, r.text, r.media, r.state, r.state_at, r.reason, r.said_at, r.arrived_at,
           v_message.part::int,
           coalesce((select jsonb_agg(jsonb_build_object('message_id', o.message_id, 'part', o.part, 'kind', o.kind,
                              'state', o.state, 'reason', o.reason) order by o.part)
                       from messaging.message o
                      where v_message.parts > 1 and o.parts > 1 and o.portal_id = p_portal_id
                        and o.origin_id = v_message.origin_id), '[]'),
           coalesce((select jsonb_agg(jsonb_build_object('kind', a.kind, 'key', a.key) order by a.kind, a.key)
                       from messaging.alias a
                      where a.portal_id = p_portal_id and a.message_id = p_message_id), '[]'),
           (select c.state from billing.charge c where c.portal_id = p_portal_id and c.message_id = p_message_id),
           (select count(*)::int from messaging.attempt a where a.portal_id = p_portal_id and a.message_id = p_message_id),
           v_message.detail ->> 'reason', v_may,
           (select v.portal_chat_id from messaging.conversation v
             where v.portal_id = p_portal_id and v.conversation_id = v_message.conversation_id),
           v_message.context_id, v_message.payload ->> 'postbackText'
      from messaging.message_rows(p_portal_id, array[p_message_id]) r;
end
$$;
comment on function messaging.read_message(uuid, text, uuid) is
  'Tenant. One message with its parts, ids, charge, attempts, and what this user may decide about it.';
grant execute on function messaging.read_message(uuid, text, uuid) to whatsappb24_api;
