-- What an actor who is no user may do, in alphabetical order. 'key:<id>', a third party's key: its scopes while it is
-- neither revoked nor expired. 'support:<id>', the provider's support: the scopes of its grant while
-- that holds. Else nothing; a key or grant of another portal is none. Locks nothing.
create or replace function tenancy.scopes_of(p_portal_id uuid, p_actor text) returns text[]
language sql stable security definer
set search_path = ''
as $$
  select coalesce(
    case when starts_with(p_actor, 'support:') then (
      select array(select s.scope from unnest(g.scopes) s(scope) order by s.scope)
        from tenancy.support_grant g
       where g.portal_id = p_portal_id and g.ended_at is null and tenancy.now() < g.ends_at
         and g.grant_id::text = substring(p_actor from 9))
    else (
      select array(select s.scope from unnest(k.scopes) s(scope) order by s.scope)
        from tenancy.api_key k
       where k.portal_id = p_portal_id and k.revoked_at is null and tenancy.now() < k.expires_at
         and k.key_id::text = substring(p_actor from 5))
    end, '{}')
$$;
comment on function tenancy.scopes_of(uuid, text) is
  'Internal. What a third party''s key (key:<id>) or the provider''s support (support:<id>) may do; nothing once it is over.';
