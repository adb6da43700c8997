-- What is quarantined in a portal and not resolved, newest first, with the bytes as they came.
-- For the panel; needs log.view.meta, and log.view.payload for item and body.
create or replace function messaging.quarantined_items(p_portal_id uuid, p_user_id text, p_limit int default 100)
returns table (
  quarantined_id uuid, channel_id uuid, door text, reason text, at timestamptz, item jsonb, body bytea)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_payload boolean;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'log.view.meta');
  v_payload := tenancy.allows(p_portal_id, p_user_id, 'log.view.payload');
  return query
    select q.quarantined_id, q.channel_id, q.door, q.reason, tenancy.id_time(q.quarantined_id),
           case when v_payload then q.item end, case when v_payload then r.body end
      from messaging.quarantined q
      left join messaging.raw r on r.portal_id = q.portal_id and r.raw_id = q.raw_id
     where q.portal_id = p_portal_id and q.resolved_at is null
     order by q.quarantined_id desc
     limit least(p_limit, 500);
end
$$;
comment on function messaging.quarantined_items(uuid, text, int) is
  'Tenant. What is quarantined and not resolved, newest first.';
grant execute on function messaging.quarantined_items(uuid, text, int) to whatsappb24_api;
