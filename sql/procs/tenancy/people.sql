-- The portal's people to choose from, as the portal told them just now (p_people [{user_id, name, is_active}], kept by
-- note_users), the active ones by name. Needs portal.configure. Raises WB403 permission, WB400 malformed_call.
create or replace function tenancy.people(p_portal_id uuid, p_user_id text, p_people jsonb)
returns table (user_id text, name text, is_admin boolean, is_notified boolean)
language plpgsql security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'portal.configure');
  perform tenancy.note_users(p_portal_id, p_people);
  return query
    select u.user_id, u.name, u.is_admin, u.user_id = any (p.notify)
      from tenancy.portal_user u
      join tenancy.portal p on p.portal_id = u.portal_id
     where u.portal_id = p_portal_id and u.is_active
     order by u.name, u.user_id
     limit 10000;
end
$$;
comment on function tenancy.people(uuid, text, jsonb) is
  'Tenant. Keeps what the portal said of its people and returns the active ones, by name.';
grant execute on function tenancy.people(uuid, text, jsonb) to whatsappb24_api;
