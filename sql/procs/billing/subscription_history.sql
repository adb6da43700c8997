-- What happened to a channel's subscription, the newest first: for the panel and for support. Needs billing.view
-- (raises WB403 permission). amount in millionths of currency; key is that of the charge in the ledger. Locks nothing.
create or replace function billing.subscription_history(p_portal_id uuid, p_user_id text, p_channel_id uuid, p_limit int default 100)
returns table (
  at timestamptz, event text, from_state text, to_state text, reason text, actor text, plan text, version int, period_no int,
  period_ends_at timestamptz, amount billing.micros, currency text, key text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select e.at, e.event, e.from_state, e.to_state, e.reason, e.actor, p.code, p.version, e.period_no, e.period_ends_at, e.amount,
           e.currency, e.key
      from billing.subscription_event e
      join billing.plan p on p.plan_id = e.plan_id
     where e.portal_id = p_portal_id and e.channel_id = p_channel_id
     order by e.event_id desc
     limit p_limit;
end
$$;
comment on function billing.subscription_history(uuid, text, uuid, int) is
  'Tenant. What happened to a channel''s subscription, the newest first.';
grant execute on function billing.subscription_history(uuid, text, uuid, int) to whatsappb24_api;
