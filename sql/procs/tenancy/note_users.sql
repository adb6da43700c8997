-- Remembers users of a portal: [{user_id, name, is_admin, is_active}], absent fields keep what is known.
-- For verified frames and the synchronisation. Of a user named twice the last word counts; what is no user (no
-- numeric id) is passed over, and a field that is not what its name says counts as absent. Raises WB400
-- malformed_call where p_users is no array. Rows are taken in the order of their key.
create or replace function tenancy.note_users(p_portal_id uuid, p_users jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if p_users is null or jsonb_typeof(p_users) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_users'));
  end if;
  insert into tenancy.portal_user as u (portal_id, user_id, name, is_admin, is_active, seen_at)
  select p_portal_id, n.user_id, coalesce(n.name, k.name, ''), coalesce(n.is_admin, k.is_admin, false),
         coalesce(n.is_active, k.is_active, true), v_now
    from (
      select distinct on (e.item ->> 'user_id')
             e.item ->> 'user_id' as user_id, nullif(e.item ->> 'name', '') as name,
             case when pg_input_is_valid(e.item ->> 'is_admin', 'boolean') then (e.item ->> 'is_admin')::boolean end as is_admin,
             case when pg_input_is_valid(e.item ->> 'is_active', 'boolean') then (e.item ->> 'is_active')::boolean end as is_active
        from jsonb_array_elements(p_users) with ordinality e(item, i)
       where e.item ->> 'user_id' ~ '^[0-9]{1,18}$'
       order by e.item ->> 'user_id', e.i desc) n
    left join tenancy.portal_user k on k.portal_id = p_portal_id and k.user_id = n.user_id
   order by n.user_id
  on conflict (portal_id, user_id) do update set
    name = excluded.name,
    is_admin = excluded.is_admin,
    is_active = excluded.is_active,
    seen_at = excluded.seen_at;
end
$$;
comment on function tenancy.note_users(uuid, jsonb) is 'Tenant. Remembers users as a verified source told them.';
grant execute on function tenancy.note_users(uuid, jsonb) to whatsappb24_api, whatsappb24_worker;
