-- A step in the CRM failed: when its client is looked up again, or that he is given up. p_failure as in settle_crm. Locks the row.
create or replace function messaging.fail_crm(p_client messaging.crm_client, p_failure jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_policy text := coalesce(p_failure ->> 'policy', 'never');
  v_after interval := case
    when v_policy = 'retry' then greatest(
      least(interval '1 hour', interval '15 seconds' * power(2, least(p_client.tries, 10))),
      interval '1 second' * case when pg_input_is_valid(p_failure ->> 'retry_after_s', 'numeric') then (p_failure ->> 'retry_after_s')::numeric else 0 end)
    when v_policy = 'unknown' then interval '90 seconds'
    when p_client.tries < 4 then interval '1 hour' end;
begin
  update messaging.crm_client k
     set state = case when v_after is not null then p_client.state when p_client.state = 'unanswered' then 'done' else 'failed' end,
         due_at = coalesce(v_now + v_after, 'infinity'), lease_until = null, tries = k.tries + 1, changed_at = v_now,
         failure = jsonb_strip_nulls(jsonb_build_object(
           'code', left(p_failure ->> 'code', 100), 'policy', v_policy, 'message', left(p_failure ->> 'message', 500)))
   where k.portal_id = p_client.portal_id and k.conversation_id = p_client.conversation_id;
end
$$;
comment on function messaging.fail_crm(messaging.crm_client, jsonb) is
  'Internal. A step in the CRM failed: when it is tried again, or that it is given up.';
