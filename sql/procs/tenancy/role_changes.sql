-- Who changed whose role, newest first: actor and actor_name, whose (user_id or department_id, with the name that we know),
-- channel_id (null: the whole portal), {role, receives_new_clients} before and after (null: no setting).
-- Needs audit.view. Raises WB403 permission. Locks nothing.
create or replace function tenancy.role_changes(p_portal_id uuid, p_user_id text, p_limit int default 100)
returns table (
  changed_at timestamptz, actor text, actor_name text, user_id text, department_id text, name text, channel_id uuid,
  before jsonb, after jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'audit.view');
  return query
    select c.changed_at, c.actor, nullif(a.name, ''), c.user_id, c.department_id, coalesce(nullif(u.name, ''), d.name), c.channel_id, c.before, c.after
      from tenancy.membership_change c
      left join tenancy.portal_user a on a.portal_id = c.portal_id and a.user_id = c.actor
      left join tenancy.portal_user u on u.portal_id = c.portal_id and u.user_id = c.user_id
      left join tenancy.department d on d.portal_id = c.portal_id and d.department_id = c.department_id
     where c.portal_id = p_portal_id
     order by c.change_id desc
     limit least(p_limit, 500);
end
$$;
comment on function tenancy.role_changes(uuid, text, int) is 'Tenant. Who changed whose role, newest first.';
grant execute on function tenancy.role_changes(uuid, text, int) to whatsappb24_api;
