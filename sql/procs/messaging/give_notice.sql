-- Notes that the portal is to be told (tick, trouble) or asked (verify) about messages; once per kind and message
-- until it is told. A tick speaks for the whole operator message (its origin). Only what stands in an
-- open line's chat has a tick. The first look for a message comes after 5 s, each further one later, up to an hour: the longer the
-- portal had time to show it, the surer it is that an absent message never came.
create or replace function messaging.give_notice(p_kind text, p_portals uuid[], p_messages uuid[]) returns void
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
begin
  insert into messaging.notice as n (portal_id, notice_id, kind, message_id, conversation_id, due_at, expires_at)
  select m.portal_id, tenancy.new_id(), p_kind, m.message_id, m.conversation_id,
         v_now + case p_kind when 'verify' then (
           select (array[5, 30, 120, 600, 1800, 3600])[least(greatest(count(*), 1), 6)]
             from messaging.attempt a
            where a.portal_id = m.portal_id and a.message_id = m.message_id and a.outcome = 'unknown')
           else 0 end * interval '1 second',
         v_now + case when p_kind = 'tick' and m.source <> 'open_line' then interval '1 day' else interval '7 days' end
    from (select distinct x.portal_id, x.message_id from unnest(p_portals, p_messages) x(portal_id, message_id)) u
    join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id
   where p_kind <> 'tick' or m.source = 'open_line'
      or exists (select from messaging.mirror r where r.portal_id = m.portal_id and r.message_id = m.message_id)
   order by m.portal_id, m.message_id
  -- A look that is under way is about the attempt before: whoever makes it does not end this one.
  on conflict (portal_id, kind, message_id) do update set
    due_at = case p_kind when 'verify' then excluded.due_at else least(n.due_at, excluded.due_at) end,
    token = n.token + case p_kind when 'verify' then 1 else 0 end;
end
$$;
comment on function messaging.give_notice(text, uuid[], uuid[]) is
  'Internal, batch. Notes that the portal is to be told or asked about messages.';
