-- An administrator's installer page says that it finished. Needs channel.connect; does what finish_install does.
create or replace function tenancy.confirm_install(p_portal_id uuid, p_actor text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_actor, 'channel.connect');
  perform tenancy.finish_install(p_portal_id);
end
$$;
comment on function tenancy.confirm_install(uuid, text) is
  'Tenant. The installer''s page of an administrator finished; see finish_install.';
grant execute on function tenancy.confirm_install(uuid, text) to whatsappb24_api;
