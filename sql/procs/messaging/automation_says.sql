-- What the portal is to be told of an automation now, null: nothing. A robot's workflow is told the state of its message as
-- soon as it is final, or as far as the robot waits for (no, sent, delivered, read), or when the time to wait is over. The
-- SMS service is told queued, sent, delivered, undelivered (WhatsApp had taken it) or failed. Locks nothing.
create or replace function messaging.automation_says(p_automation messaging.automation, p_now timestamptz) returns text
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_state text;
  v_rank int;
  v_outcome text;
begin
  if p_automation.kind = 'trigger' then
    return null;
  elsif p_automation.message_id is null then
    return case when p_automation.reason is null then null when p_automation.kind = 'robot' then 'refused' else 'failed' end;
  end if;
  select m.state, s.rank, s.outcome into v_state, v_rank, v_outcome
    from messaging.message m
    join messaging.message_state s on s.state = m.state
   where m.portal_id = p_automation.portal_id and m.message_id = p_automation.message_id;
  if p_automation.kind = 'robot' then
    return case
      when v_outcome in ('failed', 'refused', 'expired') or p_automation.answer_by <= p_now
        or coalesce(p_automation.request ->> 'wait', '') not in ('sent', 'delivered', 'read') then v_state
      when v_outcome = 'done' and v_rank >= (select s.rank from messaging.message_state s where s.state = p_automation.request ->> 'wait') then v_state
    end;
  end if;
  return case
    when v_state in ('delivered', 'read') then 'delivered'
    when v_outcome = 'done' then 'sent'
    when v_state = 'failed' and exists (
      select from messaging.attempt a
       where a.portal_id = p_automation.portal_id and a.message_id = p_automation.message_id and a.outcome = 'accepted') then 'undelivered'
    when v_outcome in ('failed', 'refused', 'expired') then 'failed'
    else 'queued' end;
end
$$;
comment on function messaging.automation_says(messaging.automation, timestamptz) is
  'Internal. What a robot''s workflow or the SMS service is to be told now, null: nothing.';
