-- Makes a key for a third party: p_scopes are the permissions that it gets, none that its maker lacks, and neither api.keys
-- nor user.roles: a key makes no keys. p_digest: sha-256 of its secret, p_hint: how the secret begins, p_expires_at: at
-- most two years from now. Needs api.keys on the whole portal. Returns its id; as an actor it is 'key:<id>'. Raises
-- WB403 permission (with the scope that the maker lacks), WB400 malformed_item with the field. Locks nothing.
create or replace function tenancy.create_key(
  p_portal_id uuid, p_actor text, p_name text, p_scopes text[], p_expires_at timestamptz, p_hint text, p_digest bytea)
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
  v_scopes text[] := array(select distinct s.scope from unnest(p_scopes) s(scope) order by s.scope);
  v_scope text;
  v_field text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'api.keys');
  select f.name into v_field
    from (values
      ('name', length(btrim(p_name)) between 1 and 100),
      ('scopes', cardinality(v_scopes) between 1 and 50 and not exists (
        select from unnest(v_scopes) s(scope)
         where s.scope in ('api.keys', 'user.roles') or s.scope is null
            or not exists (select from tenancy.permission p where p.permission = s.scope))),
      ('expires_at', p_expires_at > v_now and p_expires_at <= v_now + interval '731 days'),
      ('hint', length(p_hint) between 4 and 20),
      ('digest', length(p_digest) = 32)) f(name, is_good)
   where f.is_good is not true limit 1;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  foreach v_scope in array v_scopes
  loop
    perform tenancy.demand(p_portal_id, p_actor, v_scope);
  end loop;
  insert into tenancy.api_key (portal_id, key_id, name, hint, scopes, created_by, created_at, expires_at)
  values (p_portal_id, v_id, btrim(p_name), p_hint, v_scopes, p_actor, v_now, p_expires_at);
  insert into tenancy.api_key_route (secret_digest, portal_id, key_id) values (p_digest, p_portal_id, v_id);
  return v_id;
end
$$;
comment on function tenancy.create_key(uuid, text, text, text[], timestamptz, text, bytea) is
  'Tenant. Makes a named, scoped, expiring key for a third party; returns its id.';
grant execute on function tenancy.create_key(uuid, text, text, text[], timestamptz, text, bytea) to whatsappb24_api;
