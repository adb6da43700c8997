-- What the channels of all portals of a customer have bought: plan and version, state with its next action, period, and what is
-- kept of the portal's balance for the next one (reserved). For the provider's staff (the caller is trusted). price and reserved in
-- millionths of currency. Locks nothing.
create or replace function billing.customer_subscriptions(p_customer_id uuid)
returns table (
  portal_id uuid, domain text, channel_id uuid, name text, phone text, channel_state text, plan text, version int, names jsonb,
  price bigint, currency text, every text, state text, next_action text, who_acts text, period_ends_at timestamptz,
  cancels_at_end boolean, next_plan text, reserved bigint)
language sql stable security definer
set search_path = ''
as $$
  select p.portal_id, p.domain, c.channel_id, c.name, c.phone, c.state, l.code, l.version, l.names, l.price::bigint, l.currency,
         l.every, s.state, t.next_action, t.who_acts, s.period_ends_at, s.cancels_at_end, n.code,
         (select coalesce(sum(r.held), 0)::bigint from billing.reservation r
           where r.portal_id = s.portal_id and r.channel_id = s.channel_id and r.state = 'held')
    from tenancy.portal p
    join billing.subscription s on s.portal_id = p.portal_id
    join tenancy.channel c on c.portal_id = s.portal_id and c.channel_id = s.channel_id
    join billing.plan l on l.plan_id = s.plan_id
    join billing.subscription_state t on t.state = s.state
    left join billing.plan n on n.plan_id = s.next_plan_id
   where p.customer_id = p_customer_id and c.state <> 'removed'
   order by p.domain, c.created_at, c.channel_id
$$;
comment on function billing.customer_subscriptions(uuid) is
  'Directory. What the channels of all portals of a customer have bought, and how it stands.';
grant execute on function billing.customer_subscriptions(uuid) to whatsappb24_api;
