-- Notes that the CRM's automation is to be set going by these messages, once each: button (a customer pressed a button or
-- chose from a list) or failed (what the company wrote was not delivered), for the record to which the chat is linked. Where
-- the portal has no chat there is no record either. For messaging.tell_moves(), in the transaction of the move. Locks the
-- new rows, in the order of their key.
create or replace function messaging.note_triggers(p_portals uuid[], p_messages uuid[]) returns void
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into messaging.automation (portal_id, automation_id, kind, key, request, message_id, created_at, answer_by, due_at)
  select m.portal_id, tenancy.new_id(), 'trigger', m.message_id,
         jsonb_build_object('code', case m.direction when 'in' then 'button' else 'failed' end, 'chat_id', v.portal_chat_id),
         m.message_id, v_now, v_now, v_now
    from (select distinct u.portal_id, u.message_id from unnest(p_portals, p_messages) u(portal_id, message_id)) u
    join messaging.message m on m.portal_id = u.portal_id and m.message_id = u.message_id
    join messaging.conversation v on v.portal_id = m.portal_id and v.conversation_id = m.conversation_id
   where v.portal_chat_id is not null
   order by m.portal_id, m.message_id
  on conflict (portal_id, kind, key) do nothing;
end
$$;
comment on function messaging.note_triggers(uuid[], uuid[]) is
  'Internal, batch. Notes that messages set the CRM''s automation going (button, failed), once each.';
