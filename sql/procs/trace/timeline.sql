-- Tells the story of anything by any of its ids: a message (ours, Gupshup's, WhatsApp's, the portal's), a
-- conversation, a channel, a customer's number, a correlation id. In order of time, the newest p_limit: the steps of
-- the messages it means (trace.steps), receipts that wait, and the log: exchanges, and what the portal was told (told).
-- detail holds what a program needs to word a step: party, outcome, code, duration_ms, number, status, ids.
-- For the panel. p_user_id needs log.view.meta on the channel of what he asks for (on the portal, for log lines
-- without a channel); log.view.payload for words and bodies; billing.view for prices. Returns nothing for an id that
-- nothing has. Raises WB403 permission where he may see no channel. Locks nothing.
create or replace function trace.timeline(p_portal_id uuid, p_user_id text, p_id text, p_limit int default 500)
returns table (at timestamptz, what text, level text, summary text, message_id uuid, detail jsonb)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
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
  v_id text := btrim(p_id);
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
        select g.at, g.turn, g.id, g.what, g.level, g.summary, g.message_id, g.detail
          from trace.steps(p_portal_id, v_messages, v_payload, v_prices) g
        union all
        select tenancy.id_time(p.parked_id), 6, p.parked_id, 'parked', 'WARN',
               concat_ws(' ', p.item ->> 'event', left(p.item ->> 'code', 100),
                 case when p.message_id is null then '(names no message yet)' else '(held back)' end), p.message_id,
               jsonb_strip_nulls(jsonb_build_object('party', 'gupshup', 'outcome', p.item ->> 'event',
                 'code', left(p.item ->> 'code', 100), 'gs', p.gs_key, 'wa', p.wa_key, 'destination', p.destination,
                 'apply_at', case when p.apply_at < 'infinity' then p.apply_at end, 'expires_at', p.expires_at))
          from messaging.parked_receipt p
         where p.portal_id = p_portal_id and p.channel_id = any (v_channels)
           and (p.message_id = any (v_messages) or p.gs_key = v_id or p.wa_key = v_id)
        union all
        select tenancy.id_time(l.log_id), 8, l.log_id, case when l.event = 'portal_told' then 'told' else 'log' end, l.level,
               concat_ws(' ', l.event, l.direction, l.party, l.method, l.status, l.summary), l.message_id,
               jsonb_strip_nulls(jsonb_build_object(
                 'event', l.event, 'direction', l.direction, 'party', l.party, 'method', l.method, 'status', l.status,
                 'duration_ms', l.duration_ms, 'outcome', case when l.event = 'portal_told' then l.summary end,
                 'correlation_id', l.correlation_id))
                 || case when case when l.channel_id is null then v_whole_payload else l.channel_id = any (v_payload) end
                         then jsonb_strip_nulls(jsonb_build_object('request', l.request, 'response', l.response)) else '{}' end
          from trace.log l
         where l.portal_id = p_portal_id
           and (l.message_id = any (v_messages)
                or l.correlation_id = v_id and case when l.channel_id is null then v_whole else l.channel_id = any (v_channels) end)) t
       order by t.at desc, t.turn desc, t.id desc
       limit least(p_limit, 2000)) s
     order by s.at, s.turn, s.id;
end
$$;
comment on function trace.timeline(uuid, text, text, int) is
  'Tenant. The story of anything by any of its ids, in order of time.';
grant execute on function trace.timeline(uuid, text, text, int) to whatsappb24_api;
