-- May this user do this? The one place that answers, from where he stands (tenancy.standing).
-- For every door. p_user_id null is the portal itself (welcome texts, robots without a user), which may write and
-- nothing else; 'key:<id>' is a third party's key, which may what its scopes say, on every channel, until it expires or
-- is revoked; 'support:<id>' is the provider's support, which may read while the portal's grant holds. New clients are given to nobody whose role says that he receives none. Locks nothing.
create or replace function tenancy.allows(p_portal_id uuid, p_user_id text, p_permission text, p_channel_id uuid default null)
returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_roles text[];
  v_receives boolean;
begin
  if p_user_id is null then
    return p_permission in ('conversation.write.own', 'conversation.write.all');
  elsif starts_with(p_user_id, 'key:') or starts_with(p_user_id, 'support:') then
    return p_permission = any (tenancy.scopes_of(p_portal_id, p_user_id));
  end if;
  select s.roles, s.receives into v_roles, v_receives from tenancy.standing(p_portal_id, p_user_id, p_channel_id) s;
  return (v_receives or p_permission <> 'newclients.receive') and exists (
    select from tenancy.role_permission r where r.permission = p_permission and r.role = any (v_roles));
end
$$;
comment on function tenancy.allows(uuid, text, text, uuid) is
  'Tenant. May this user (null: the portal itself) do this, on this channel or (null) on the whole portal?';
grant execute on function tenancy.allows(uuid, text, text, uuid) to whatsappb24_api;
