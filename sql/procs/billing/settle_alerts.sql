-- Reports on claimed alerts. p_items: [{portal_id, alert_id, token, outcome told or retry}]. What was told is gone; what was not
-- is tried again after 1, 2, 4 … minutes, at most an hour, and given up after 24 h. The token is that of the claim. Returns how
-- many were settled. Raises WB400 malformed_call. Locks the alerts in the order of their key.
create or replace function billing.settle_alerts(p_items jsonb) returns int
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
  v_count int;
begin
  if jsonb_typeof(p_items) is distinct from 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  with i as materialized (
    select (x ->> 'portal_id')::uuid as portal_id, (x ->> 'alert_id')::uuid as alert_id, (x ->> 'token')::bigint as token,
           x ->> 'outcome' as outcome
      from jsonb_array_elements(p_items) x
     where pg_input_is_valid(x ->> 'portal_id', 'uuid') and pg_input_is_valid(x ->> 'alert_id', 'uuid')
       and pg_input_is_valid(x ->> 'token', 'bigint')),
  k as materialized (
    select a.portal_id, a.alert_id, i.outcome
      from i
      join billing.alert a on a.portal_id = i.portal_id and a.alert_id = i.alert_id and a.token = i.token
     order by a.portal_id, a.alert_id
       for update of a),
  gone as (
    delete from billing.alert a using k
     where a.portal_id = k.portal_id and a.alert_id = k.alert_id and (k.outcome = 'told' or a.at <= v_now - interval '24 hours')
    returning 1),
  again as (
    update billing.alert a
       set due_at = v_now + least(interval '1 minute' * power(2, least(a.tries - 1, 6)), interval '1 hour')
      from k
     where a.portal_id = k.portal_id and a.alert_id = k.alert_id and k.outcome = 'retry' and a.at > v_now - interval '24 hours'
    returning 1)
  select (select count(*) from gone) + (select count(*) from again) into v_count;
  return v_count;
end
$$;
comment on function billing.settle_alerts(jsonb) is
  'Platform. Reports on claimed alerts: told, or to be tried again.';
grant execute on function billing.settle_alerts(jsonb) to whatsappb24_worker;
