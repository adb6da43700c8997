-- The application was removed from the portal: tokens are void, queues stop, channels are disconnected (the
-- worker removes our subscriptions at Gupshup). With p_clean the customer asked for his data to be erased:
-- erase_at is set 30 days ahead, once. Idempotent; installing again brings everything back (tenancy.finish_install).
-- Raises WB404 unknown_portal. Locks the portal row, its tokens, its channels, then their lanes.
create or replace function tenancy.uninstall_portal(p_portal_id uuid, p_clean boolean default false) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_channel uuid;
begin
  update tenancy.portal p
     set state = 'uninstalled', state_reason = null, uninstalled_at = coalesce(p.uninstalled_at, v_now), updated_at = v_now,
         erase_at = coalesce(p.erase_at, case when p_clean then v_now + interval '30 days' end)
   where p.portal_id = p_portal_id;
  if not found then
    perform trace.refuse('unknown_portal');
  end if;
  update tenancy.portal_token t
     set broken_at = v_now, broken_reason = 'uninstalled', leased_until = null
   where t.portal_id = p_portal_id and t.broken_reason is distinct from 'uninstalled';
  for v_channel in
    select c.channel_id from tenancy.channel c
     where c.portal_id = p_portal_id and c.state in ('connecting', 'active', 'attention', 'suspended', 'paused')
     order by c.channel_id
  loop
    perform tenancy.change_channel(p_portal_id, v_channel, 'disconnect', 'portal_uninstalled', 'bitrix24');
  end loop;
end
$$;
comment on function tenancy.uninstall_portal(uuid, boolean) is
  'Tenant. Stops everything of a portal that removed the application; p_clean: its data is due for erasure in 30 days.';
grant execute on function tenancy.uninstall_portal(uuid, boolean) to whatsappb24_api;
