-- Makes the automation behind messages that moved due: its robot or the SMS service may have to be told. For
-- messaging.tell_moves(), in the transaction of the move. Locks the automation's rows, sorted by their key.
create or replace function messaging.wake_automations(p_portals uuid[], p_messages uuid[]) returns void
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
  perform 1
    from messaging.automation a
    join unnest(p_portals, p_messages) u(portal_id, message_id) on u.portal_id = a.portal_id and u.message_id = a.message_id
   order by a.portal_id, a.automation_id
     for update of a;
  update messaging.automation a
     set due_at = least(a.due_at, v_now)
    from unnest(p_portals, p_messages) u(portal_id, message_id)
   where a.portal_id = u.portal_id and a.message_id = u.message_id and (a.kind = 'sms' or a.ended_at is null);
end
$$;
comment on function messaging.wake_automations(uuid[], uuid[]) is
  'Internal, batch. Makes the automation behind messages that moved due.';
