-- What is quarantined in a portal and not resolved, newest first, with the bytes as they came.
-- For the panel. Needs log.view.meta on the item's channel (on the portal, for an item without one), and
-- log.view.payload for item and body. Raises WB403 permission where the user may see no channel. Locks nothing.
create or replace function messaging.quarantined_items(p_portal_id uuid, p_user_id text, p_limit int default 100)
returns table (
  quarantined_id uuid, channel_id uuid, door text, reason text, at timestamptz, item jsonb, body bytea)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if not exists (select from tenancy.channel c
                  where c.portal_id = p_portal_id and tenancy.allows(p_portal_id, p_user_id, 'log.view.meta', c.channel_id))
  then
    perform tenancy.demand(p_portal_id, p_user_id, 'log.view.meta');
  end if;
  return query
    select q.quarantined_id, q.channel_id, q.door, q.reason, tenancy.id_time(q.quarantined_id),
           case when v.payload then q.item end, case when v.payload then r.body end
      from messaging.quarantined q
     cross join lateral (select tenancy.allows(p_portal_id, p_user_id, 'log.view.payload', q.channel_id) as payload) v
      left join messaging.raw r on r.portal_id = q.portal_id and r.raw_id = q.raw_id
     where q.portal_id = p_portal_id and q.resolved_at is null
       and tenancy.allows(p_portal_id, p_user_id, 'log.view.meta', q.channel_id)
     order by q.quarantined_id desc
     limit least(p_limit, 500);
end
$$;
comment on function messaging.quarantined_items(uuid, text, int) is
  'Tenant. What is quarantined and not resolved, newest first.';
grant execute on function messaging.quarantined_items(uuid, text, int) to whatsappb24_api;
