-- When a portal's directory was last read: read_at, for whom, why it failed (null: it did not), when it last succeeded, and
-- how many people, departments and open lines it named; no row: never. Needs user.roles. Raises WB403 permission.
-- Locks nothing.
create or replace function tenancy.directory_reading_of(p_portal_id uuid, p_user_id text)
returns table (read_at timestamptz, actor text, actor_name text, failure text, succeeded_at timestamptz, counts jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'user.roles');
  return query
    select r.read_at, r.actor, nullif(u.name, ''), r.failure, r.succeeded_at, r.counts
      from tenancy.directory_reading r
      left join tenancy.portal_user u on u.portal_id = r.portal_id and u.user_id = r.actor
     where r.portal_id = p_portal_id and r.read_at is not null;
end
$$;
comment on function tenancy.directory_reading_of(uuid, text) is
  'Tenant. When a portal''s directory was last read, for whom and with what outcome.';
grant execute on function tenancy.directory_reading_of(uuid, text) to whatsappb24_api;
