-- One portal as its installer page and its panel show it: state, reason, last set-up and its report, its settings; with
-- p_user_id also who that is and what he may do portal-wide. Locks nothing.
create or replace function tenancy.portal_overview(p_portal_id uuid, p_user_id text default null)
returns table (
  portal_id uuid, member_id text, domain text, state text, state_reason text, language text, time_zone text,
  connector text, connector_name text, notify text[], scope text, repaired_at timestamptz, repair_failures int,
  repair_report jsonb, installed_at timestamptz, user_name text, is_admin boolean, may text[])
language sql stable security definer
set search_path = ''
as $$
  select p.portal_id, p.member_id, p.domain, p.state, p.state_reason, p.language, p.time_zone, p.connector, p.connector_name,
         p.notify, p.scope, p.repaired_at, p.repair_failures, p.repair_report, p.installed_at,
         coalesce(u.name, ''), coalesce(u.is_admin, false),
         array(
           select m.permission
             from unnest(tenancy.permissions_of(p_portal_id, p_user_id)) m(permission)
             join tenancy.permission k on k.permission = m.permission and k.scope = 'portal'
            order by m.permission)
    from tenancy.portal p
    left join tenancy.portal_user u on u.portal_id = p.portal_id and u.user_id = p_user_id
   where p.portal_id = p_portal_id
$$;
comment on function tenancy.portal_overview(uuid, text) is
  'Tenant. A portal''s state, settings and the outcome of its last set-up; what this user may do portal-wide.';
grant execute on function tenancy.portal_overview(uuid, text) to whatsappb24_api, whatsappb24_worker;
