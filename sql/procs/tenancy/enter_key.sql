-- Whose key is this? p_digest: sha-256 of the secret that a third party sent. Returns the portal and the key's id, as an
-- actor 'key:<id>'; what it may do is asked of tenancy.allows() by whatever it calls. Notes, to the minute, that it is
-- used. Raises WB401 api_key where there is none, it was revoked, has expired, or its portal is gone; why stands in the
-- detail. Locks the key's row, once a minute.
create or replace function tenancy.enter_key(p_digest bytea)
returns table (portal_id uuid, key_id uuid, name text, language text, expires_at timestamptz)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_key tenancy.api_key;
  v_portal tenancy.portal;
  v_why text;
begin
  select k.* into v_key
    from tenancy.api_key_route r
    join tenancy.api_key k on k.portal_id = r.portal_id and k.key_id = r.key_id
   where r.secret_digest = p_digest;
  if not found then
    perform trace.refuse('api_key', '{"why": "unknown"}');
  end if;
  select * into v_portal from tenancy.portal p where p.portal_id = v_key.portal_id;
  v_why := case when v_key.revoked_at is not null then 'revoked' when v_key.expires_at <= v_now then 'expired'
                when v_portal.state = 'uninstalled' then 'uninstalled' end;
  if v_why is not null then
    perform trace.refuse('api_key', jsonb_build_object('why', v_why));
  end if;
  if coalesce(v_key.used_at < v_now - interval '1 minute', true) then
    update tenancy.api_key k set used_at = v_now where k.portal_id = v_key.portal_id and k.key_id = v_key.key_id;
  end if;
  return query select v_key.portal_id, v_key.key_id, v_key.name, v_portal.language, v_key.expires_at;
end
$$;
comment on function tenancy.enter_key(bytea) is 'Directory. The portal and id of a third party''s key; refuses one that is revoked or expired.';
grant execute on function tenancy.enter_key(bytea) to whatsappb24_api;
