-- The access that this portal has given the provider's support, what holds first, the newest first: why, by whom, until
-- when, whether it is active, expired or ended, and how often support looked. Needs user.roles. Raises WB403 permission.
-- Locks nothing.
create or replace function tenancy.support_grants(p_portal_id uuid, p_user_id text)
returns table (
  grant_id uuid, reason text, state text, granted_by text, granted_by_name text, granted_at timestamptz, ends_at timestamptz,
  ended_by text, ended_by_name text, ended_at timestamptz, looks int, looked_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'user.roles');
  return query
    select g.grant_id, g.reason, s.state, g.granted_by, nullif(a.name, ''), g.granted_at, g.ends_at, g.ended_by, nullif(b.name, ''),
           g.ended_at, l.looks, l.looked_at
      from tenancy.support_grant g
     cross join lateral (
       select case when g.ended_at is not null then 'ended' when g.ends_at <= v_now then 'expired' else 'active' end as state) s
     cross join lateral (
       select count(*)::int as looks, max(o.looked_at) as looked_at
         from tenancy.support_look o
        where o.portal_id = g.portal_id and o.grant_id = g.grant_id) l
      left join tenancy.portal_user a on a.portal_id = g.portal_id and a.user_id = g.granted_by
      left join tenancy.portal_user b on b.portal_id = g.portal_id and b.user_id = g.ended_by
     where g.portal_id = p_portal_id
     order by s.state <> 'active', g.granted_at desc, g.grant_id
     limit 100;
end
$$;
comment on function tenancy.support_grants(uuid, text) is
  'Tenant. The access that this portal has given the provider''s support, and how often it was used.';
grant execute on function tenancy.support_grants(uuid, text) to whatsappb24_api;
