-- What the provider's support looked at in this portal, newest first: who of the staff (his name), under which grant, at
-- what (messages, message, timeline) and what he asked for. Needs audit.view. Raises WB403 permission. Locks nothing.
create or replace function tenancy.support_looks(p_portal_id uuid, p_user_id text, p_limit int default 100)
returns table (looked_at timestamptz, grant_id uuid, name text, kind text, subject text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'audit.view');
  return query
    select o.looked_at, o.grant_id, f.name, o.kind, o.subject
      from tenancy.support_look o
      join tenancy.staff f on f.staff_id = o.staff_id
     where o.portal_id = p_portal_id
     order by o.look_id desc
     limit least(p_limit, 500);
end
$$;
comment on function tenancy.support_looks(uuid, text, int) is 'Tenant. What the provider''s support looked at in this portal, newest first.';
grant execute on function tenancy.support_looks(uuid, text, int) to whatsappb24_api;
