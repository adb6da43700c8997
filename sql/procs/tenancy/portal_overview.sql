-- One portal as its installer page and its panel show it: state, reason, last set-up and its report.
create or replace function tenancy.portal_overview(p_portal_id uuid)
returns table (
  portal_id uuid, member_id text, domain text, state text, state_reason text, language text, time_zone text,
  connector text, scope text, repaired_at timestamptz, repair_failures int, repair_report jsonb, installed_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select p.portal_id, p.member_id, p.domain, p.state, p.state_reason, p.language, p.time_zone, p.connector, p.scope,
         p.repaired_at, p.repair_failures, p.repair_report, p.installed_at
    from tenancy.portal p
   where p.portal_id = p_portal_id
$$;
comment on function tenancy.portal_overview(uuid) is 'Tenant. A portal''s state and the outcome of its last set-up.';
grant execute on function tenancy.portal_overview(uuid) to whatsappb24_api, whatsappb24_worker;
