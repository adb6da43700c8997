-- Recognises what the portal tells of its chat because we showed it there (messaging.mirror_outgoing): an open line's
-- message by the same employee, with the same words, in the same conversation. Each showing that may have reached the portal
-- until ten minutes before the portal says so (contracts/bitrix24.md, 2.4: its queue may be late) explains one such message,
-- and no more; what is read from a chat's history (worker/repairs) says when it was written. It becomes an alias of the message that was shown, so that submit() finds it known and never sends it again, and tells
-- where in the chat that message stands.
-- For submit(), first of all. Locks mirror -> alias, each sorted by its key.
create or replace function messaging.take_echoes(p_rows messaging.outgoing[]) returns void
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
  v_said jsonb;
begin
  if not exists (
    select from unnest(p_rows) r
      join messaging.mirror g on g.portal_id = r.portal_id and g.conversation_id = r.conversation_id
     where r.source = 'open_line')
  then
    return;
  end if;
  select jsonb_agg(to_jsonb(s)) into v_said
    from (
      select distinct on (i.portal_id, i.key) i.*,
             row_number() over (partition by i.portal_id, i.conversation_id, i.author, i.fingerprint order by i.sort, i.item) as turn
        from (
          select r.item, r.portal_id, r.conversation_id, r.author, r.key, min(r.sort) as sort, coalesce(min(r.said_at), v_now) as said_at,
                 messaging.fingerprint(string_agg(r.text, '' order by r.part)) as fingerprint,
                 min(r.payload ->> 'chat_id') as chat_id, min(r.payload ->> 'portal_message_id') as portal_message_id
            from unnest(p_rows) r
           where r.source = 'open_line' and (r.outcome is null or r.outcome = 'refused')
             and not exists (select from messaging.alias a
                              where a.portal_id = r.portal_id and a.kind = 'open_line' and a.key = r.key || '/1')
           group by r.item, r.portal_id, r.conversation_id, r.author, r.key) i
       where exists (select from messaging.mirror g
                      where g.portal_id = i.portal_id and g.conversation_id = i.conversation_id and g.author = i.author
                        and g.fingerprint = i.fingerprint)
       order by i.portal_id, i.key, i.item) s;
  perform 1
    from messaging.mirror g
    join (select distinct s.portal_id, s.conversation_id, s.author, s.fingerprint
            from jsonb_to_recordset(v_said) s(portal_id uuid, conversation_id uuid, author text, fingerprint text)) k
      on k.portal_id = g.portal_id and k.conversation_id = g.conversation_id and k.author = g.author and k.fingerprint = g.fingerprint
   order by g.portal_id, g.message_id
     for update of g;

  with said as (
    select s.portal_id, s.conversation_id, s.author, s.fingerprint, s.said_at, s.turn, s.key, s.chat_id, s.portal_message_id
      from jsonb_to_recordset(v_said) s(
        portal_id uuid, conversation_id uuid, author text, fingerprint text, said_at timestamptz, turn bigint, key text, chat_id text,
        portal_message_id text)),
  shown as (
    select g.portal_id, g.conversation_id, g.author, g.fingerprint, g.message_id,
           row_number() over (partition by g.portal_id, g.conversation_id, g.author, g.fingerprint order by g.message_id, n.n) as turn
      from (select s.portal_id, s.conversation_id, s.author, s.fingerprint, min(s.said_at) as said_at
              from said s group by s.portal_id, s.conversation_id, s.author, s.fingerprint) k
      join messaging.mirror g
        on g.portal_id = k.portal_id and g.conversation_id = k.conversation_id and g.author = k.author and g.fingerprint = k.fingerprint
     cross join lateral (
       select count(*) as times, max(coalesce(a.ended_at, v_now)) as last_at
         from messaging.attempt a
        where a.portal_id = g.portal_id and a.message_id = g.mirror_id and coalesce(a.outcome, 'unknown') in ('accepted', 'unknown')) t
     cross join lateral generate_series(1, t.times - g.echoes) n(n)
     where t.last_at > k.said_at - interval '10 minutes'),
  taken as (
    insert into messaging.alias as a (portal_id, kind, key, message_id, created_at)
    select s.portal_id, 'open_line', s.key || '/1', h.message_id, v_now
      from said s
      join shown h
        on h.portal_id = s.portal_id and h.conversation_id = s.conversation_id and h.author = s.author
       and h.fingerprint = s.fingerprint and h.turn = s.turn
     order by s.portal_id, s.key
    on conflict (portal_id, kind, key) do nothing
    returning a.portal_id, a.key, a.message_id)
  update messaging.mirror g
     set echoes = g.echoes + e.n, portal_chat_id = coalesce(g.portal_chat_id, e.chat_id),
         portal_message_id = coalesce(g.portal_message_id, e.portal_message_id)
    from (select t.portal_id, t.message_id, count(*) as n, min(s.chat_id) as chat_id, min(s.portal_message_id) as portal_message_id
            from taken t
            join said s on s.portal_id = t.portal_id and s.key || '/1' = t.key
           group by t.portal_id, t.message_id) e
   where g.portal_id = e.portal_id and g.message_id = e.message_id;
end
$$;
comment on function messaging.take_echoes(messaging.outgoing[]) is
  'Internal, batch. Recognises what the portal tells because we showed it there; it is known from then on, and not sent.';
