-- The steps of messages: received, stored (message), checked, charge, attempt, its outcome, receipt, notice that waits.
-- A message whose contents were erased with its channel (tenancy.erase_due) says so, and when (erased_at).
-- turn orders the steps of one instant. p_payload: the channels whose words may be shown; p_prices: may prices?
-- detail holds what a program needs to word a step: party, outcome, code, duration_ms, number. Locks nothing.
create or replace function trace.steps(p_portal_id uuid, p_messages uuid[], p_payload uuid[], p_prices boolean)
returns table (at timestamptz, turn int, id uuid, what text, level text, summary text, message_id uuid, detail jsonb)
language sql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select least(tenancy.id_time(m.raw_id), tenancy.id_time(m.message_id)), 0, m.raw_id, 'received', 'INFO', m.source, m.message_id,
         jsonb_strip_nulls(jsonb_build_object(
           'party', case m.source when 'whatsapp' then 'gupshup' when 'open_line' then 'bitrix24' end, 'source', m.source))
    from messaging.message m where m.portal_id = p_portal_id and m.message_id = any (p_messages) and m.raw_id is not null
  union all
  select tenancy.id_time(m.message_id), 1, m.message_id, 'message', 'INFO',
         concat_ws(' ', m.direction, m.source, m.kind, '->', m.state, m.reason,
           case when m.payload ? 'erased_at' then '(contents erased with the channel)' end), m.message_id,
         jsonb_strip_nulls(jsonb_build_object(
           'direction', m.direction, 'source', m.source, 'kind', m.kind, 'state', m.state, 'code', m.reason,
           'text', case when m.channel_id = any (p_payload) then m.text end, 'author', m.author, 'part', m.part,
           'parts', m.parts, 'conversation_id', m.conversation_id, 'detail', m.detail, 'erased_at', m.payload -> 'erased_at',
           'ids', (select jsonb_object_agg(a.kind, a.key) from messaging.alias a
                    where a.portal_id = m.portal_id and a.message_id = m.message_id)))
    from messaging.message m where m.portal_id = p_portal_id and m.message_id = any (p_messages)
  union all
  select tenancy.id_time(m.message_id), 2, m.message_id, 'checked', case m.state when 'refused' then 'WARN' else 'INFO' end,
         concat_ws(' ', case m.state when 'refused' then 'refused' else 'accepted' end, case m.state when 'refused' then m.reason end),
         m.message_id,
         case m.state when 'refused' then jsonb_strip_nulls(jsonb_build_object('outcome', 'refused', 'code', m.reason, 'detail', m.detail))
              else jsonb_build_object('outcome', 'accepted') end
    from messaging.message m where m.portal_id = p_portal_id and m.message_id = any (p_messages) and m.direction = 'out'
  union all
  select c.changed_at, 3, c.message_id, 'charge', 'INFO',
         concat_ws(' ', c.state, c.category, case when p_prices then c.price end, case when p_prices then c.currency end), c.message_id,
         jsonb_strip_nulls(jsonb_build_object('outcome', c.state, 'category', c.category, 'price', case when p_prices then c.price end,
           'currency', case when p_prices then c.currency end, 'n', c.n, 'hold_until', c.hold_until))
    from billing.charge c where c.portal_id = p_portal_id and c.message_id = any (p_messages)
  union all
  select a.began_at, 4, a.message_id, 'attempt', 'INFO', concat_ws(' ', 'number', a.number, 'by', a.worker), a.message_id,
         jsonb_build_object('party', case a.direction when 'in' then 'bitrix24' else 'gupshup' end, 'number', a.number,
           'worker', a.worker, 'lease_until', a.lease_until)
    from messaging.attempt a where a.portal_id = p_portal_id and a.message_id = any (p_messages)
  union all
  select a.ended_at, 5, a.message_id, 'outcome', case a.outcome when 'accepted' then 'INFO' when 'retry' then 'WARN' else 'ERROR' end,
         concat_ws(' ', 'number', a.number, a.outcome, a.code), a.message_id,
         coalesce(a.detail, '{}') || jsonb_strip_nulls(jsonb_build_object(
           'party', case a.direction when 'in' then 'bitrix24' else 'gupshup' end, 'number', a.number, 'outcome', a.outcome,
           'code', a.code, 'duration_ms', round(greatest(extract(epoch from a.ended_at - a.began_at), 0) * 1000, 3)))
    from messaging.attempt a
   where a.portal_id = p_portal_id and a.message_id = any (p_messages) and a.ended_at is not null
  union all
  select tenancy.id_time(r.receipt_id), 6, r.receipt_id, 'receipt', case r.event when 'failed' then 'ERROR' else 'INFO' end,
         concat_ws(' ', r.event, r.code, r.reason, case when r.to_state is null then '(kept, moved nothing)' end), r.message_id,
         jsonb_strip_nulls(jsonb_build_object(
           'party', case when not coalesce(r.detail ? 'verdict', false) then 'gupshup' end, 'outcome', r.event, 'code', r.code,
           'reason', r.reason, 'said_at', r.said_at, 'from', r.from_state, 'to', r.to_state, 'detail', r.detail))
    from messaging.receipt r where r.portal_id = p_portal_id and r.message_id = any (p_messages)
  union all
  select n.due_at, 7, n.notice_id, 'notice', 'WARN', concat_ws(' ', n.kind, 'waits, tries', n.tries), n.message_id,
         n.detail || jsonb_build_object('party', 'bitrix24', 'kind', n.kind, 'tries', n.tries)
    from messaging.notice n
   where n.portal_id = p_portal_id and n.kind = any (array['tick', 'trouble', 'verify']) and n.message_id = any (p_messages)
$$;
comment on function trace.steps(uuid, uuid[], uuid[], boolean) is
  'Internal. What happened to messages step by step, with what a program needs to word each step.';
