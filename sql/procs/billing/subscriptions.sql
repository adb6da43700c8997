-- The subscriptions of a portal's channels, or of one of them, for the panel: plan, state with its next action and who
-- takes it, period, when a trial ends and when the next period is charged, what is planned, how many of the included
-- messages are used, and what this user may do with it now. Needs billing.view (raises WB403 permission).
-- price in millionths of currency. Locks nothing.
create or replace function billing.subscriptions(p_portal_id uuid, p_user_id text, p_channel_id uuid default null)
returns table (
  channel_id uuid, name text, phone text, plan text, version int, names jsonb, price billing.micros, currency text, every text,
  features jsonb, state text, state_reason text, next_action text, who_acts text, period_starts_at timestamptz,
  period_ends_at timestamptz, trial_ends_at timestamptz, renews_at timestamptz, grace_until timestamptz, cancels_at_end boolean,
  next_plan text, included_messages int, included_used int, may text[])
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_manages boolean := tenancy.allows(p_portal_id, p_user_id, 'billing.manage');
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select c.channel_id, c.name, c.phone, p.code, p.version, p.names, p.price, p.currency, p.every, p.features, s.state,
           s.state_reason, t.next_action, t.who_acts, s.period_starts_at, s.period_ends_at,
           case when s.state = 'trialing' then s.period_ends_at end,
           case when s.state in ('trialing', 'active') and not s.cancels_at_end then s.period_ends_at end,
           s.grace_until, s.cancels_at_end, n.code, p.included_messages, coalesce(a.used, 0),
           case when v_manages then billing.subscription_steps(s.state, s.cancels_at_end) else '{}' end
      from billing.subscription s
      join tenancy.channel c on c.portal_id = s.portal_id and c.channel_id = s.channel_id
      join billing.plan p on p.plan_id = s.plan_id
      join billing.subscription_state t on t.state = s.state
      left join billing.plan n on n.plan_id = s.next_plan_id
      left join billing.allowance a
        on a.portal_id = s.portal_id and a.channel_id = s.channel_id and a.kind = 'included' and a.period = 'p' || s.period_no
       and a.direction = 'out' and a.category = '*' and a.country = '*'
     where s.portal_id = p_portal_id and c.state <> 'removed' and (p_channel_id is null or s.channel_id = p_channel_id)
     order by c.created_at, c.channel_id;
end
$$;
comment on function billing.subscriptions(uuid, text, uuid) is
  'Tenant. The subscriptions of a portal''s channels: plan, state, next action, period, what is planned, what the user may do.';
grant execute on function billing.subscriptions(uuid, text, uuid) to whatsappb24_api;
