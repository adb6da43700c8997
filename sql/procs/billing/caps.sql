-- The portal's spending caps with what is spent (held and captured) in their running period. Needs billing.view. Raises WB403
-- permission. Amounts in millionths. Locks nothing.
create or replace function billing.caps(p_portal_id uuid, p_user_id text)
returns table (scope text, scope_id text, period text, begins date, soft bigint, hard bigint, spent bigint)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_today date;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  select (tenancy.now() at time zone p.time_zone)::date into v_today from tenancy.portal p where p.portal_id = p_portal_id;
  return query
    select c.scope, c.scope_id, c.period, b.begins, c.soft::bigint, c.hard::bigint, s.spent
      from billing.cap c
     cross join lateral (select case c.period when 'day' then v_today else date_trunc('month', v_today)::date end as begins) b
     cross join lateral (
       select coalesce(sum(x.spent), 0)::bigint as spent from billing.spend x
        where x.portal_id = c.portal_id and x.scope = c.scope and x.scope_id = c.scope_id and x.day >= b.begins) s
     where c.portal_id = p_portal_id
     order by c.scope, c.scope_id, c.period;
end
$$;
comment on function billing.caps(uuid, text) is
  'Tenant. The spending caps with what is spent in their running period.';
grant execute on function billing.caps(uuid, text) to whatsappb24_api;
