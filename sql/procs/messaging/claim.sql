-- Claims the heads of due lanes: the one way to get something to send.
-- For the worker. p_direction out (to WhatsApp) or in (to the portal); p_portals from portals_with_work();
-- p_each is the most lanes of one portal, the fairness cap; p_limit the most of the call, no more than the worker
-- can put on the wire at once; portals are served in random order, so that nobody is always last. A claim is a
-- beginning: it writes an attempt and state sending, to be committed before any byte leaves. A lane whose channel or
-- portal may not send now is paused with the name of the state that forbids it, the channel's first. Free text whose
-- 24 hours ended while it waited is not sent, unless it may have left before: it expires, its author is told.
-- Returns everything the sender needs, the channel's key sealed, and what a reply answers, even where that became known
-- only after the reply. Locks lane -> message -> charge -> wallet, passing over locked lanes.
create or replace function messaging.claim(
  p_direction text, p_portals uuid[], p_each int default 10, p_limit int default 100,
  p_lease interval default interval '2 minutes', p_worker text default 'worker')
returns table (
  portal_id uuid, channel_id uuid, conversation_id uuid, message_id uuid, number int, token bigint, kind text, text text,
  media jsonb, payload jsonb, source text, author text, part int, parts int, said_at timestamptz, context jsonb,
  chat_key text, portal_chat_id text, session_id text, contact jsonb, channel jsonb, key_sealed bytea)
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_portals uuid[];
  v_conversations uuid[];
  v_may boolean[];
  v_messages uuid[];
  v_expired messaging.evidence[];
  v_moves jsonb;
begin
  select array_agg(d.portal_id), array_agg(d.conversation_id), array_agg(coalesce(d.may, false))
    into v_portals, v_conversations, v_may
    from (
      select l.portal_id, l.conversation_id, messaging.may_leave(p_direction, s, o.state) as may
        from (select x.portal_id from unnest(p_portals) x(portal_id) group by x.portal_id order by random()) p
       cross join lateral (
         select d.portal_id, d.conversation_id, d.channel_id
           from messaging.lane d
          where d.portal_id = p.portal_id and d.direction = p_direction and d.next_at <= v_now and d.next_at < 'infinity'
          order by d.next_at
          limit p_each
            for update skip locked) l
        join tenancy.channel c on c.portal_id = l.portal_id and c.channel_id = l.channel_id
        join tenancy.channel_state s on s.state = c.state
        join tenancy.portal o on o.portal_id = l.portal_id
       limit p_limit) d;
  if v_portals is null then
    return;
  end if;

  update messaging.lane l
     set next_at = 'infinity', paused = case when messaging.may_leave(p_direction, s, 'installed') then o.state else c.state end
    from unnest(v_portals, v_conversations, v_may) u(portal_id, conversation_id, may)
    join messaging.conversation v on v.portal_id = u.portal_id and v.conversation_id = u.conversation_id
    join tenancy.channel c on c.portal_id = v.portal_id and c.channel_id = v.channel_id
    join tenancy.channel_state s on s.state = c.state
    join tenancy.portal o on o.portal_id = v.portal_id
   where not u.may and l.portal_id = u.portal_id and l.conversation_id = u.conversation_id and l.direction = p_direction;

  update messaging.lane l
     set next_at = 'infinity', token = l.token + 1
    from unnest(v_portals, v_conversations, v_may) u(portal_id, conversation_id, may)
   where u.may and l.portal_id = u.portal_id and l.conversation_id = u.conversation_id and l.direction = p_direction;

  select array_agg(q.message_id order by q.portal_id, q.message_id), array_agg(q.portal_id order by q.portal_id, q.message_id),
         array_agg(q.conversation_id order by q.portal_id, q.message_id)
    into v_messages, v_portals, v_conversations
    from unnest(v_portals, v_conversations, v_may) u(portal_id, conversation_id, may)
   cross join lateral (
     select h.portal_id, h.conversation_id, h.message_id
       from messaging.queue h
      where h.portal_id = u.portal_id and h.conversation_id = u.conversation_id and h.direction = p_direction
      order by h.seq
      limit 1) q
   where u.may;
  if v_messages is null then
    return;
  end if;

  if p_direction = 'out' then
    select array_agg(row(1, m.portal_id, m.channel_id, m.message_id, 'expire', v_now, 'expired', null, null, null, null, 1)::messaging.evidence)
      into v_expired
      from unnest(v_portals, v_messages) u(portal_id, message_id)
      join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id and m.kind <> 'template'
      join messaging.conversation v on v.portal_id = m.portal_id and v.conversation_id = m.conversation_id
     where coalesce(v.window_until <= v_now, true)
       -- What may have left already is no matter of the window: evidence of it can still come.
       and not exists (
         select from messaging.attempt a
          where a.portal_id = m.portal_id and a.message_id = m.message_id and a.outcome = 'unknown');
  end if;

  -- With the heads the first parts of those that expire: messaging.climb() will want them, and locks come sorted.
  perform 1
    from messaging.message m
    join (select u.portal_id, u.message_id from unnest(v_portals, v_messages) u(portal_id, message_id)
           union
          select x.portal_id, x.origin_id
            from unnest(v_expired) e
            join messaging.message x on x.portal_id = e.portal_id and x.message_id = e.message_id and x.parts > 1) k
      on k.portal_id = m.portal_id and k.message_id = m.message_id
   order by m.portal_id, m.message_id
     for update of m;
  if v_expired is not null then
    select jsonb_agg(to_jsonb(c)) into v_moves from messaging.climb(v_expired, false) c;
  end if;
  update messaging.message m
     set state = t.to_state, state_at = v_now, reason = null, detail = null
    from unnest(v_portals, v_messages) u(portal_id, message_id)
    join messaging.transition t on t.event = 'claim'
   where m.portal_id = u.portal_id and m.message_id = u.message_id and m.state = t.from_state;

  insert into messaging.attempt (
    portal_id, message_id, number, conversation_id, channel_id, direction, token, worker, began_at, lease_until)
  select m.portal_id, m.message_id,
         coalesce((select max(a.number) from messaging.attempt a
                    where a.portal_id = m.portal_id and a.message_id = m.message_id), 0) + 1,
         m.conversation_id, m.channel_id, p_direction, l.token, p_worker, v_now, v_now + p_lease
    from unnest(v_portals, v_messages) u(portal_id, message_id)
    join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id and m.state = 'sending'
    join messaging.lane l on l.portal_id = m.portal_id and l.conversation_id = m.conversation_id and l.direction = p_direction;

  -- A head that no longer waits (healed or ended meanwhile) leaves its lane, which is due again at once.
  perform messaging.leave_lane(p_direction, array_agg(u.portal_id), array_agg(u.conversation_id), array_agg(u.message_id))
    from unnest(v_portals, v_conversations, v_messages) u(portal_id, conversation_id, message_id)
    join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id
   where m.state <> 'sending'
  having count(*) > 0;

  perform messaging.charge_moves(v_moves);
  return query
    select m.portal_id, m.channel_id, m.conversation_id, m.message_id, a.number, a.token, m.kind, m.text, m.media, m.payload,
           m.source, m.author, m.part::int, m.parts::int, m.said_at,
           (select jsonb_build_object('direction', x.direction, 'kind', x.kind, 'text', x.text,
                     'gs', (select y.key from messaging.alias y where y.portal_id = x.portal_id and y.message_id = x.message_id and y.kind = 'gs' limit 1),
                     'wa', (select y.key from messaging.alias y where y.portal_id = x.portal_id and y.message_id = x.message_id and y.kind = 'wa' limit 1))
              from messaging.message x
             where x.portal_id = m.portal_id and x.message_id = coalesce(m.context_id, (
               select y.message_id from messaging.alias y
                where y.portal_id = m.portal_id and y.kind in ('gs', 'wa') and y.key = m.payload ->> 'context_key' limit 1))),
           v.chat_key, v.portal_chat_id, v.session_id,
           jsonb_build_object('name', k.name,
             'wa_id', (select f.value from messaging.identifier f
                        where f.portal_id = v.portal_id and f.contact_id = v.contact_id and f.kind = 'wa' order by f.created_at desc limit 1),
             'bsuid', (select f.value from messaging.identifier f
                        where f.portal_id = v.portal_id and f.contact_id = v.contact_id and f.kind = 'bsuid' order by f.created_at desc limit 1),
             'key', (select y.key from messaging.alias y where y.portal_id = m.portal_id and y.message_id = m.message_id and y.kind = any (array['wa', 'mirror']) limit 1)),
           jsonb_build_object('name', c.name, 'phone', c.phone, 'app_id', c.app_id, 'app_name', c.app_name,
             'connector', c.connector, 'line_id', c.line_id, 'language', o.language, 'member_id', o.member_id, 'domain', o.domain,
             -- whoever keeps the CRM of what comes in: the portal's own tracker, or a rule of ours
             'crm', case when p_direction = 'in' then (
               select r.becomes from tenancy.crm_rule r where r.portal_id = c.portal_id and r.channel_id = c.channel_id) end),
           c.key_sealed
      from unnest(v_portals, v_messages) u(portal_id, message_id)
      join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id and m.state = 'sending'
     -- Its newest attempt is the one that was just written; limit keeps the search per message, whatever the statistics say.
     cross join lateral (
       select t.number, t.token from messaging.attempt t
        where t.portal_id = u.portal_id and t.message_id = u.message_id
        order by t.number desc limit 1) a
      join messaging.conversation v on v.portal_id = m.portal_id and v.conversation_id = m.conversation_id
      join messaging.contact k on k.portal_id = v.portal_id and k.contact_id = v.contact_id
      join tenancy.channel c on c.portal_id = m.portal_id and c.channel_id = m.channel_id
      join tenancy.portal o on o.portal_id = m.portal_id;
end
$$;
comment on function messaging.claim(text, uuid[], int, int, interval, text) is
  'Batch. Claims heads of due lanes of these portals (at most p_each each): writes the attempt, returns all the sender needs.';
grant execute on function messaging.claim(text, uuid[], int, int, interval, text) to whatsappb24_worker;
