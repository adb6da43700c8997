-- Tells the story of anything by any of its ids: a message (ours, Gupshup's, WhatsApp's, the portal's), a
-- conversation, a channel, a customer's number, a correlation id. In order of time, the newest p_limit: arrival,
-- charge, attempts and outcomes, receipts, notices and receipts that wait, and the log.
-- For the panel. p_user_id needs log.view.meta on the channel of what he asks for (on the portal, for log lines
-- without a channel); log.view.payload for words and bodies; billing.view for prices. Returns nothing for an id that
-- nothing has. Raises WB403 permission where he may see no channel. Locks nothing.
create or replace function trace.timeline(p_portal_id uuid, p_user_id text, p_id text, p_limit int default 500)
returns table (at timestamptz, what text, level text, summary text, message_id uuid, detail jsonb)
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_whole boolean := tenancy.allows(p_portal_id, p_user_id, 'log.view.meta');
  v_whole_payload boolean := v_whole and tenancy.allows(p_portal_id, p_user_id, 'log.view.payload');
  v_prices boolean := tenancy.allows(p_portal_id, p_user_id, 'billing.view');
  v_channels uuid[] := array(
    select c.channel_id from tenancy.channel c
     where c.portal_id = p_portal_id and tenancy.allows(p_portal_id, p_user_id, 'log.view.meta', c.channel_id));
  v_payload uuid[] := array(
    select c.channel_id from tenancy.channel c
     where c.portal_id = p_portal_id and c.channel_id = any (v_channels)
       and tenancy.allows(p_portal_id, p_user_id, 'log.view.payload', c.channel_id));
  v_messages uuid[];
begin
  if v_channels = '{}' then
    perform tenancy.demand(p_portal_id, p_user_id, 'log.view.meta');
  end if;
  v_messages := trace.messages_of(p_portal_id, p_id);
  v_messages := array(
    select m.message_id from messaging.message m
     where m.portal_id = p_portal_id and m.message_id = any (v_messages) and m.channel_id = any (v_channels));
  return query
    select s.at, s.what, s.level, s.summary, s.message_id, s.detail
      from (
      select t.at, t.turn, t.id, t.what, t.level, t.summary, t.message_id, t.detail
        from (
        select tenancy.id_time(m.message_id) as at, 1 as turn, m.message_id as id, 'message' as what, 'INFO' as level,
               concat_ws(' ', m.direction, m.source, m.kind, '->', m.state, m.reason) as summary, m.message_id,
               jsonb_strip_nulls(jsonb_build_object(
                 'text', case when m.channel_id = any (v_payload) then m.text end, 'author', m.author, 'part', m.part,
                 'parts', m.parts, 'conversation_id', m.conversation_id, 'detail', m.detail,
                 'ids', (select jsonb_object_agg(a.kind, a.key) from messaging.alias a
                          where a.portal_id = m.portal_id and a.message_id = m.message_id))) as detail
          from messaging.message m where m.portal_id = p_portal_id and m.message_id = any (v_messages)
        union all
        select c.changed_at, 2, c.message_id, 'charge', 'INFO',
               concat_ws(' ', c.state, c.category, case when v_prices then c.price end, case when v_prices then c.currency end),
               c.message_id, jsonb_build_object('n', c.n, 'hold_until', c.hold_until)
          from billing.charge c where c.portal_id = p_portal_id and c.message_id = any (v_messages)
        union all
        select a.began_at, 3, a.message_id, 'attempt', 'INFO', concat_ws(' ', 'number', a.number, 'by', a.worker), a.message_id,
               jsonb_build_object('lease_until', a.lease_until)
          from messaging.attempt a where a.portal_id = p_portal_id and a.message_id = any (v_messages)
        union all
        select a.ended_at, 4, a.message_id, 'outcome', case a.outcome when 'accepted' then 'INFO' when 'retry' then 'WARN' else 'ERROR' end,
               concat_ws(' ', 'number', a.number, a.outcome, a.code), a.message_id, a.detail
          from messaging.attempt a
         where a.portal_id = p_portal_id and a.message_id = any (v_messages) and a.ended_at is not null
        union all
        select tenancy.id_time(r.receipt_id), 5, r.receipt_id, 'receipt', case r.event when 'failed' then 'ERROR' else 'INFO' end,
               concat_ws(' ', r.event, r.code, r.reason, case when r.to_state is null then '(kept, moved nothing)' end), r.message_id,
               jsonb_strip_nulls(jsonb_build_object('said_at', r.said_at, 'from', r.from_state, 'to', r.to_state, 'detail', r.detail))
          from messaging.receipt r where r.portal_id = p_portal_id and r.message_id = any (v_messages)
        union all
        select tenancy.id_time(p.parked_id), 5, p.parked_id, 'parked', 'WARN',
               concat_ws(' ', p.item ->> 'event', left(p.item ->> 'code', 100),
                 case when p.message_id is null then '(names no message yet)' else '(held back)' end), p.message_id,
               jsonb_strip_nulls(jsonb_build_object('gs', p.gs_key, 'wa', p.wa_key, 'destination', p.destination,
                 'apply_at', case when p.apply_at < 'infinity' then p.apply_at end, 'expires_at', p.expires_at))
          from messaging.parked_receipt p
         where p.portal_id = p_portal_id and p.channel_id = any (v_channels)
           and (p.message_id = any (v_messages) or p.gs_key = p_id or p.wa_key = p_id)
        union all
        select n.due_at, 6, n.notice_id, 'notice', 'WARN', concat_ws(' ', n.kind, 'waits, tries', n.tries), n.message_id, n.detail
          from messaging.notice n
         where n.portal_id = p_portal_id and n.kind = any (array['tick', 'trouble', 'verify']) and n.message_id = any (v_messages)
        union all
        select tenancy.id_time(l.log_id), 7, l.log_id, 'log', l.level,
               concat_ws(' ', l.event, l.direction, l.party, l.method, l.status, l.summary), l.message_id,
               case when case when l.channel_id is null then v_whole_payload else l.channel_id = any (v_payload) end
                    then jsonb_strip_nulls(jsonb_build_object('duration_ms', l.duration_ms, 'request', l.request,
                           'response', l.response, 'correlation_id', l.correlation_id)) end
          from trace.log l
         where l.portal_id = p_portal_id and case when l.channel_id is null then v_whole else l.channel_id = any (v_channels) end
           and (l.message_id = any (v_messages) or l.correlation_id = p_id)) t
       order by t.at desc, t.turn desc, t.id desc
       limit least(p_limit, 2000)) s
     order by s.at, s.turn, s.id;
end
$$;
comment on function trace.timeline(uuid, text, text, int) is
  'Tenant. The story of anything by any of its ids, in order of time.';
grant execute on function trace.timeline(uuid, text, text, int) to whatsappb24_api;
