-- Sets, changes or (both amounts null) removes a spending cap. p_scope portal, channel, user or robot; p_scope_id the channel,
-- the user, the robot's name (* for robots without one), empty for the portal; p_period day or month of the portal's zone. It
-- counts what was spent in the running period. Needs billing.caps. Raises WB403 permission, WB400 malformed_call, WB404
-- no_wallet, WB404 unknown_channel. Locks the wallet.
create or replace function billing.set_cap(
  p_portal_id uuid, p_user_id text, p_scope text, p_scope_id text, p_period text, p_soft bigint, p_hard bigint)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.caps');
  if coalesce(p_scope, '') not in ('portal', 'channel', 'user', 'robot') or coalesce(p_period, '') not in ('day', 'month')
     or (p_scope = 'portal') <> (coalesce(p_scope_id, '') = '') or length(p_scope_id) > 100 or p_soft < 0 or p_hard < 0 then
    perform trace.refuse('malformed_call', '{"argument": "p_scope, p_scope_id, p_period, p_soft, p_hard"}');
  end if;
  if p_scope = 'channel' and not exists (
    select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id::text = p_scope_id)
  then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_scope_id));
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  if p_soft is null and p_hard is null then
    delete from billing.cap c
     where c.portal_id = p_portal_id and c.scope = p_scope and c.scope_id = coalesce(p_scope_id, '') and c.period = p_period;
  else
    insert into billing.cap (portal_id, scope, scope_id, period, soft, hard)
    values (p_portal_id, p_scope, coalesce(p_scope_id, ''), p_period, p_soft, p_hard)
    on conflict (portal_id, scope, scope_id, period) do update
      set soft = excluded.soft, hard = excluded.hard, soft_told = null, hard_told = null;
  end if;
  insert into billing.wallet_change (portal_id, change_id, event, actor, detail, at)
  values (p_portal_id, tenancy.new_id(), 'cap', p_user_id, jsonb_build_object(
    'scope', p_scope, 'scope_id', p_scope_id, 'period', p_period, 'soft', p_soft, 'hard', p_hard), v_now);
end
$$;
comment on function billing.set_cap(uuid, text, text, text, text, bigint, bigint) is
  'Tenant. Sets, changes or removes a spending cap of the portal, a channel, a user or a robot.';
grant execute on function billing.set_cap(uuid, text, text, text, text, bigint, bigint) to whatsappb24_api;
