-- Notes that the portal is to be told (tick, trouble) or asked (verify) about messages; once per kind and message
-- until it is told. A tick speaks for the whole operator message (its origin). Only what came through an open
-- line has a tick.
create or replace function messaging.give_notice(p_kind text, p_portals uuid[], p_messages uuid[]) returns void
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
  insert into messaging.notice as n (portal_id, notice_id, kind, message_id, conversation_id, due_at, expires_at)
  select m.portal_id, tenancy.new_id(), p_kind, m.message_id, m.conversation_id,
         v_now + case p_kind when 'verify' then interval '5 seconds' else interval '0' end, v_now + interval '7 days'
    from (select distinct x.portal_id, x.message_id from unnest(p_portals, p_messages) x(portal_id, message_id)) u
    join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id
   where p_kind <> 'tick' or m.source = 'open_line'
   order by m.portal_id, m.message_id
  on conflict (portal_id, kind, message_id) do update set due_at = least(n.due_at, excluded.due_at);
end
$$;
comment on function messaging.give_notice(text, uuid[], uuid[]) is
  'Internal, batch. Notes that the portal is to be told or asked about messages.';
