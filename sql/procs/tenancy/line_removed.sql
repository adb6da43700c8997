-- The portal says that our connector was taken off a line, or that the line is gone: its channel is
-- disconnected and says so. An echo of our own disconnection changes nothing. p_connector null: any.
-- The event may come again while it is being taken: who waits for the rows finds the channel disconnected.
-- Returns how many channels it concerned. Locks the channel rows in the order of their key, then their lanes.
create or replace function tenancy.line_removed(p_portal_id uuid, p_line_id text, p_connector text default null)
returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_channel uuid;
  v_count int := 0;
begin
  for v_channel in
    select c.channel_id from tenancy.channel c
     where c.portal_id = p_portal_id and c.line_id = p_line_id and (p_connector is null or c.connector = p_connector)
       and c.state in ('connecting', 'active', 'attention', 'suspended', 'paused')
     order by c.channel_id
       for no key update of c
  loop
    perform tenancy.change_channel(p_portal_id, v_channel, 'disconnect', 'line_removed', 'bitrix24');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function tenancy.line_removed(uuid, text, text) is
  'Tenant. The portal took our connector off the line (or removed the line): its channels are disconnected.';
grant execute on function tenancy.line_removed(uuid, text, text) to whatsappb24_api;
