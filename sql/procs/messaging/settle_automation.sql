-- Ends a leased step of an automation. p_told: what the portal was told (a robot's workflow is told once, the SMS service at
-- each change). p_failure: {code, policy, message, retry_after_s}: what is not `never` is tried again after 2, 4, 8 … seconds, at most ten
-- minutes, twenty times; anything else ends it, and a number that could not be found for it is told as no_phone. What moved
-- while the lease ran is looked at again at once. A caller whose lease is over changes nothing.
-- For the worker. Returns whether it counted. Locks the automation's row.
create or replace function messaging.settle_automation(
  p_portal_id uuid, p_automation_id uuid, p_automation_token bigint, p_told text, p_failure jsonb default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_row messaging.automation;
  v_again boolean;
  v_lost boolean;
begin
  select * into v_row from messaging.automation a
   where a.portal_id = p_portal_id and a.automation_id = p_automation_id for no key update;
  if not found or v_row.token <> p_automation_token or v_row.lease_until is null then
    return false;
  end if;
  v_again := coalesce(p_failure ->> 'policy' <> 'never' and v_row.tries < 20, false);
  v_lost := p_failure is not null and not v_again and v_row.message_id is null and v_row.reason is null;
  update messaging.automation a
     set lease_until = null, failure = p_failure,
         told = case when p_failure is null then p_told else a.told end,
         tries = case when p_failure is null or v_lost then 0 else a.tries end,
         reason = case when v_lost then 'no_phone' else a.reason end,
         detail = case when v_lost then jsonb_build_object('said', p_failure -> 'code') else a.detail end,
         ended_at = case when v_again or v_lost then a.ended_at
                         when a.kind in ('robot', 'trigger') or p_failure is not null or p_told in ('delivered', 'undelivered', 'failed') then v_now
                         else a.ended_at end,
         due_at = case
           when v_again then v_now + greatest(
             least(interval '10 minutes', interval '1 second' * power(2, least(v_row.tries, 12))),
             interval '1 second' * case when pg_input_is_valid(p_failure ->> 'retry_after_s', 'numeric')
                                        then least((p_failure ->> 'retry_after_s')::numeric, 86400) else 0 end)
           when v_lost or p_failure is null and a.due_at < a.lease_until then v_now
           else 'infinity' end
   where a.portal_id = p_portal_id and a.automation_id = p_automation_id;
  return true;
end
$$;
comment on function messaging.settle_automation(uuid, uuid, bigint, text, jsonb) is
  'Tenant. Ends a leased step of an automation: what the portal was told, or why it could not be.';
grant execute on function messaging.settle_automation(uuid, uuid, bigint, text, jsonb) to whatsappb24_worker;
