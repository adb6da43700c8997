-- What billing.change_plan() would do now: when the plan would count, what would be paid at once (millionths of
-- currency), and when the period would end. Changes nothing. Needs billing.view. Raises WB403 permission,
-- WB404 unknown_channel, WB404 unknown_plan, WB409 same_plan, WB409 subscription_state. Locks nothing.
create or replace function billing.preview_plan(p_portal_id uuid, p_user_id text, p_channel_id uuid, p_plan text)
returns table (
  code text, version int, price billing.micros, every text, takes_effect_at timestamptz, amount billing.micros, currency text,
  period_ends_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_subscription billing.subscription;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  select * into v_subscription from billing.subscription s where s.portal_id = p_portal_id and s.channel_id = p_channel_id;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  return query
    select (c.plan).code, (c.plan).version, (c.plan).price, (c.plan).every, c.takes_effect_at, c.amount::billing.micros,
           (c.plan).currency, (c.subscription).period_ends_at
      from billing.changed_plan(v_subscription, p_plan) c;
end
$$;
comment on function billing.preview_plan(uuid, text, uuid, text) is
  'Tenant. What changing a channel''s plan would do and cost now; changes nothing.';
grant execute on function billing.preview_plan(uuid, text, uuid, text) to whatsappb24_api;
