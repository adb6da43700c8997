-- The subscription of a channel, locked, for a person who may change it.
-- Raises WB403 permission (billing.manage), WB404 unknown_channel. Locks the subscription row.
create or replace function billing.lock_subscription(p_portal_id uuid, p_actor text, p_channel_id uuid) returns billing.subscription
language plpgsql
set search_path = ''
as $$
declare
  v_subscription billing.subscription;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'billing.manage');
  select * into v_subscription from billing.subscription s
   where s.portal_id = p_portal_id and s.channel_id = p_channel_id for no key update;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  return v_subscription;
end
$$;
comment on function billing.lock_subscription(uuid, text, uuid) is
  'Internal. The locked subscription of a channel, for a user who may change it.';
