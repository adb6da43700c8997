-- Tells the story of anything by any of its ids: a message (ours, Gupshup's, WhatsApp's, the portal's), a
-- conversation, a channel, a customer's number, a correlation id. In order of time: arrival, attempts, receipts,
-- charge, notices, parked receipts, and the log. For the panel (p_user_id needs log.view.meta; log.view.payload for the
-- words and bodies). Returns nothing for an id that nothing has. Locks nothing.
create or replace function trace.timeline(p_portal_id uuid, p_user_id text, p_id text, p_limit int default 500)
returns table (at timestamptz, what text, level text, summary text, message_id uuid, detail jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_messages uuid[];
  v_payload boolean;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'log.view.meta');
  v_payload := tenancy.allows(p_portal_id, p_user_id, 'log.view.payload');
  v_messages := trace.messages_of(p_portal_id, p_id);
  return query
    select * from (
      select tenancy.id_time(m.message_id) as at, 'message' as what, 'INFO' as level,
             concat_ws(' ', m.direction, m.source, m.kind, '->', m.state, m.reason) as summary, m.message_id,
             jsonb_strip_nulls(jsonb_build_object('text', case when v_payload then m.text end, 'author', m.author, 'part', m.part,
               'parts', m.parts, 'conversation_id', m.conversation_id, 'detail', m.detail,
               'ids', (select jsonb_object_agg(a.kind, a.key) from messaging.alias a
                        where a.portal_id = m.portal_id and a.message_id = m.message_id))) as detail
        from messaging.message m where m.portal_id = p_portal_id and m.message_id = any (v_messages)
      union all
      select a.began_at, 'attempt', 'INFO', concat_ws(' ', 'number', a.number, 'by', a.worker), a.message_id,
             jsonb_build_object('lease_until', a.lease_until)
        from messaging.attempt a where a.portal_id = p_portal_id and a.message_id = any (v_messages)
      union all
      select a.ended_at, 'outcome', case a.outcome when 'accepted' then 'INFO' when 'retry' then 'WARN' else 'ERROR' end,
             concat_ws(' ', 'number', a.number, a.outcome, a.code), a.message_id, a.detail
        from messaging.attempt a
       where a.portal_id = p_portal_id and a.message_id = any (v_messages) and a.ended_at is not null
      union all
      select tenancy.id_time(r.receipt_id), 'receipt', case r.event when 'failed' then 'ERROR' else 'INFO' end,
             concat_ws(' ', r.event, r.code, r.reason, case when r.to_state is null then '(kept, moved nothing)' end), r.message_id,
             jsonb_strip_nulls(jsonb_build_object('said_at', r.said_at, 'from', r.from_state, 'to', r.to_state, 'detail', r.detail))
        from messaging.receipt r where r.portal_id = p_portal_id and r.message_id = any (v_messages)
      union all
      select c.changed_at, 'charge', 'INFO', concat_ws(' ', c.state, c.category, c.price, c.currency), c.message_id,
             jsonb_build_object('n', c.n, 'hold_until', c.hold_until)
        from billing.charge c where c.portal_id = p_portal_id and c.message_id = any (v_messages)
      union all
      select n.due_at, 'notice', 'WARN', concat_ws(' ', n.kind, 'waits, tries', n.tries), n.message_id, n.detail
        from messaging.notice n where n.portal_id = p_portal_id and n.message_id = any (v_messages)
      union all
      select tenancy.id_time(l.log_id), 'log', l.level,
             concat_ws(' ', l.event, l.direction, l.party, l.method, l.status, l.summary), l.message_id,
             case when v_payload then jsonb_strip_nulls(jsonb_build_object('duration_ms', l.duration_ms, 'request', l.request,
               'response', l.response, 'correlation_id', l.correlation_id)) end
        from trace.log l
       where l.portal_id = p_portal_id
         and (l.message_id = any (v_messages) or l.correlation_id = p_id)) t
     order by t.at, t.what
     limit least(p_limit, 2000);
end
$$;
comment on function trace.timeline(uuid, text, text, int) is
  'Tenant. The story of anything by any of its ids, in order of time.';
grant execute on function trace.timeline(uuid, text, text, int) to whatsappb24_api;
