-- Remembers users of a portal: [{user_id, name, is_admin, is_active}], absent fields keep what is known.
-- For verified frames and the synchronisation. Rows are taken in the order of their key.
create or replace function tenancy.note_users(p_portal_id uuid, p_users jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into tenancy.portal_user as u (portal_id, user_id, name, is_admin, is_active, seen_at)
  select p_portal_id, n.user_id, coalesce(n.name, ''), coalesce(n.is_admin, false), coalesce(n.is_active, true), v_now
    from jsonb_to_recordset(p_users) n(user_id text, name text, is_admin boolean, is_active boolean)
   where n.user_id ~ '^[0-9]{1,18}$'
   order by n.user_id
  on conflict (portal_id, user_id) do update set
    name = case when excluded.name = '' then u.name else excluded.name end,
    is_admin = excluded.is_admin,
    is_active = excluded.is_active,
    seen_at = v_now;
end
$$;
comment on function tenancy.note_users(uuid, jsonb) is 'Tenant. Remembers users as a verified source told them.';
grant execute on function tenancy.note_users(uuid, jsonb) to whatsappb24_api, whatsappb24_worker;
