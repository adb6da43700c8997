-- The installer's page reported that it finished, or the portal says INSTALLED: events flow from now on.
-- Channels that an earlier uninstallation had disconnected are connected again, unless their line or number is taken
-- meanwhile. The company is read ten minutes later for the first time (tenancy.claim_directories). Idempotent. Resumes
-- what waited for the portal. A portal that we suspended stays suspended.
-- Raises WB404 unknown_portal, WB409 portal_state where the application was uninstalled meanwhile.
-- Locks the portal row, then the channels that come back, then lanes.
create or replace function tenancy.finish_install(p_portal_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
  v_channel uuid;
begin
  select p.state into v_state from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('unknown_portal');
  elsif v_state = 'uninstalled' then
    perform trace.refuse('portal_state', jsonb_build_object('state', v_state));
  end if;
  update tenancy.portal p
     set state = case p.state when 'installing' then 'installed' else p.state end,
         installed_at = coalesce(p.installed_at, v_now), repair_at = v_now, updated_at = v_now
   where p.portal_id = p_portal_id;
  insert into tenancy.directory_reading (portal_id, due_at)
  values (p_portal_id, v_now + interval '10 minutes') on conflict (portal_id) do nothing;
  for v_channel in
    select c.channel_id from tenancy.channel c
     where c.portal_id = p_portal_id and c.state = 'disconnected' and c.state_reason = 'portal_uninstalled'
       and not exists (
         select from tenancy.channel o
          where o.portal_id = c.portal_id and o.channel_id <> c.channel_id and o.state not in ('disconnected', 'removed')
            and (o.phone = c.phone or o.connector = c.connector and o.line_id = c.line_id))
     order by c.channel_id
  loop
    perform tenancy.change_channel(p_portal_id, v_channel, 'connect', null, 'bitrix24');
  end loop;
  perform tenancy.resume_portal(p_portal_id);
end
$$;
comment on function tenancy.finish_install(uuid) is 'Tenant. The installation is finished; the portal delivers events from now on.';
grant execute on function tenancy.finish_install(uuid) to whatsappb24_api, whatsappb24_worker;
