-- Whose webhook is this? By the digests of the secret in its path and of the header that Gupshup replays.
-- Returns portal and channel. Raises WB404 unknown_route (also for a removed channel), WB403 route_header.
-- Locks nothing; one primary-key look-up.
create or replace function tenancy.route_webhook(p_route_digest bytea, p_header_digest bytea)
returns table (portal_id uuid, channel_id uuid)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_route tenancy.channel_route;
begin
  select r.* into v_route
    from tenancy.channel_route r
    join tenancy.channel c on c.portal_id = r.portal_id and c.channel_id = r.channel_id
   where r.route_digest = p_route_digest and c.state <> 'removed';
  if not found then
    perform trace.refuse('unknown_route');
  end if;
  if v_route.header_digest is distinct from p_header_digest then
    perform trace.refuse('route_header', jsonb_build_object('portal_id', v_route.portal_id, 'channel_id', v_route.channel_id));
  end if;
  return query select v_route.portal_id, v_route.channel_id;
end
$$;
comment on function tenancy.route_webhook(bytea, bytea) is
  'Directory. Portal and channel of a Gupshup webhook, by sha-256 of its route secret and of its replayed header.';
grant execute on function tenancy.route_webhook(bytea, bytea) to whatsappb24_api;
