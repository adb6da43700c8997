-- Refuses unless the user is allowed: what functions that change something call first.
-- Raises WB403 permission with the user, the permission and the channel in its detail. Locks nothing.
create or replace function tenancy.demand(p_portal_id uuid, p_user_id text, p_permission text, p_channel_id uuid default null)
returns void
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if not tenancy.allows(p_portal_id, p_user_id, p_permission, p_channel_id) then
    perform trace.refuse('permission', jsonb_build_object(
      'user_id', p_user_id, 'permission', p_permission, 'channel_id', p_channel_id));
  end if;
end
$$;
comment on function tenancy.demand(uuid, text, text, uuid) is
  'Internal. Raises WB403 permission unless tenancy.allows() says yes.';
