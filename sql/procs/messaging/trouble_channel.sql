-- Turns a sending channel to attention, once, with the other side's code as the reason. Nothing happens where it
-- already needs attention or is off. Locks the channel row, then its lanes.
create or replace function messaging.trouble_channel(p_portal_id uuid, p_channel_id uuid, p_code text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if exists (
    select from tenancy.channel c
     where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state in ('connecting', 'active'))
  then
    perform tenancy.change_channel(p_portal_id, p_channel_id, 'problem', p_code);
  end if;
end
$$;
comment on function messaging.trouble_channel(uuid, uuid, text) is
  'Tenant. Turns a sending channel to attention with the other side''s code as the reason.';
