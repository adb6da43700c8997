-- No step is left for now: the conversation's place in the CRM is done, or waits until somebody answers the client, for a
-- week at most. Locks the row.
create or replace function messaging.leave_crm(p_client messaging.crm_client) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_waits boolean := messaging.awaits_answer(p_client) and v_now < p_client.began_at + interval '7 days';
begin
  update messaging.crm_client k
     set state = case when v_waits then 'unanswered' else 'done' end, lease_until = null, tries = 0, failure = null, changed_at = v_now,
         due_at = case when v_waits
           then v_now + least(interval '10 minutes', greatest(interval '15 seconds', (v_now - k.began_at) / 8))
           else 'infinity' end
   where k.portal_id = p_client.portal_id and k.conversation_id = p_client.conversation_id;
end
$$;
comment on function messaging.leave_crm(messaging.crm_client) is
  'Internal. The conversation''s place in the CRM is settled, or waits until somebody answers the client.';
