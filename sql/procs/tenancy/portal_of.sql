-- The portal with this member_id that has the application, if there is one. For a page that renews its session after
-- Bitrix24 confirmed its user.
create or replace function tenancy.portal_of(p_member_id text) returns table (portal_id uuid, state text)
language sql stable security definer
set search_path = ''
as $$
  select p.portal_id, p.state from tenancy.portal p where p.member_id = p_member_id and p.state <> 'uninstalled'
$$;
comment on function tenancy.portal_of(text) is 'Directory. The installed portal with this member_id; no row where there is none.';
grant execute on function tenancy.portal_of(text) to whatsappb24_api;
