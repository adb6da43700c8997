-- Revokes a third party's key: it is refused from now on. One that is revoked already stays as it is. Needs api.keys.
-- Raises WB403 permission, WB404 unknown_key. Locks the key.
create or replace function tenancy.revoke_key(p_portal_id uuid, p_actor text, p_key_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform tenancy.demand(p_portal_id, p_actor, 'api.keys');
  update tenancy.api_key k
     set revoked_at = coalesce(k.revoked_at, v_now), revoked_by = coalesce(k.revoked_by, p_actor)
   where k.portal_id = p_portal_id and k.key_id = p_key_id;
  if not found then
    perform trace.refuse('unknown_key');
  end if;
end
$$;
comment on function tenancy.revoke_key(uuid, text, uuid) is 'Tenant. Revokes a third party''s key.';
grant execute on function tenancy.revoke_key(uuid, text, uuid) to whatsappb24_api;
