-- What a third party's key may do, in alphabetical order: its scopes while it is neither revoked nor expired, else
-- nothing. p_actor: 'key:<id>'; a key of another portal is none. Locks nothing.
create or replace function tenancy.scopes_of(p_portal_id uuid, p_actor text) returns text[]
language sql stable security definer
set search_path = ''
as $$
  select coalesce((
    select array(select s.scope from unnest(k.scopes) s(scope) order by s.scope)
      from tenancy.api_key k
     where k.portal_id = p_portal_id and k.revoked_at is null and tenancy.now() < k.expires_at
       and k.key_id::text = substring(p_actor from 5)), '{}')
$$;
comment on function tenancy.scopes_of(uuid, text) is 'Internal. What a third party''s key (key:<id>) may do; nothing once it is revoked or expired.';
