-- Makes the portal's people hear of caps that were reached, once a period each. For the holds, which hold the wallets.
-- p_kind: cap_soft or cap_hard. p_hits: [{portal_id, scope, scope_id, period, begins, …figures}]. Locks nothing that the
-- wallets do not cover.
create or replace function billing.tell_caps(p_kind text, p_hits jsonb) returns void
language plpgsql
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
  with h as materialized (
    select distinct on (x.portal_id, x.scope, x.scope_id, x.period)
           x.portal_id, x.scope, x.scope_id, x.period, x.begins, e.value - 'portal_id' as detail
      from jsonb_array_elements(p_hits) with ordinality e(value, n)
     cross join lateral jsonb_to_record(e.value) x(portal_id uuid, scope text, scope_id text, period text, begins date)
     order by x.portal_id, x.scope, x.scope_id, x.period, e.n),
  told as (
    update billing.cap c
       set soft_told = case p_kind when 'cap_soft' then h.begins else c.soft_told end,
           hard_told = case p_kind when 'cap_hard' then h.begins else c.hard_told end
      from h
     where c.portal_id = h.portal_id and c.scope = h.scope and c.scope_id = h.scope_id and c.period = h.period
       and case p_kind when 'cap_soft' then c.soft_told else c.hard_told end is distinct from h.begins
    returning h.portal_id, h.detail)
  insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at)
  select t.portal_id, tenancy.new_id(), p_kind, t.detail, v_now, v_now from told t;
end
$$;
comment on function billing.tell_caps(text, jsonb) is
  'Internal, batch. Alerts of caps that were reached, once a period each.';
