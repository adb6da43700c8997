-- The roles that a user plays, on this channel or (channel null) on the whole portal: those of tenancy.standing(), where
-- the rules stand. Locks nothing.
create or replace function tenancy.roles_of(p_portal_id uuid, p_user_id text, p_channel_id uuid default null) returns text[]
language sql stable security definer
set search_path = ''
as $$
  select s.roles from tenancy.standing(p_portal_id, p_user_id, p_channel_id) s
$$;
comment on function tenancy.roles_of(uuid, text, uuid) is
  'Internal. The roles this user plays, on this channel or (null) on the whole portal.';
