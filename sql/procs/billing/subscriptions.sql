-- The subscriptions of a portal's channels, for the panel: plan, state with its next action and who takes it, period,
-- what is planned, and how many of the included messages are used. Needs billing.view (raises WB403 permission).
-- price in millionths of currency. Locks nothing.
create or replace function billing.subscriptions(p_portal_id uuid, p_user_id text)
returns table (
  channel_id uuid, name text, phone text, plan text, version int, names jsonb, price billing.micros, currency text, every text,
  features jsonb, state text, state_reason text, next_action text, who_acts text, period_starts_at timestamptz,
  period_ends_at timestamptz, grace_until timestamptz, cancels_at_end boolean, next_plan text, included_messages int,
  included_used int)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select c.channel_id, c.name, c.phone, p.code, p.version, p.names, p.price, p.currency, p.every, p.features, s.state,
           s.state_reason, t.next_action, t.who_acts, s.period_starts_at, s.period_ends_at, s.grace_until, s.cancels_at_end,
           n.code, p.included_messages, coalesce(a.used, 0)
      from billing.subscription s
      join tenancy.channel c on c.portal_id = s.portal_id and c.channel_id = s.channel_id
      join billing.plan p on p.plan_id = s.plan_id
      join billing.subscription_state t on t.state = s.state
      left join billing.plan n on n.plan_id = s.next_plan_id
      left join billing.allowance a
        on a.portal_id = s.portal_id and a.channel_id = s.channel_id and a.kind = 'included' and a.period = 'p' || s.period_no
       and a.direction = 'out' and a.category = '*' and a.country = '*'
     where s.portal_id = p_portal_id and c.state <> 'removed'
     order by c.created_at, c.channel_id;
end
$$;
comment on function billing.subscriptions(uuid, text) is
  'Tenant. The subscriptions of a portal''s channels: plan, state, next action, period, what is planned.';
grant execute on function billing.subscriptions(uuid, text) to whatsappb24_api;
