-- The portal's top-ups that repeat, newest first: those that nobody agreed to only while their page is open. amount in millionths each
-- time, net of tax; channel_id: whose subscription they renew; is_ending: its end is on its way to the provider. Needs billing.view.
-- Raises WB403 permission. Locks nothing.
create or replace function billing.schedules(p_portal_id uuid, p_user_id text)
returns table (
  payment_id uuid, provider text, amount bigint, currency text, every text, state text, channel_id uuid, paid_until timestamptz,
  is_ending boolean, failure text, ordered_at timestamptz, last_paid_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select p.payment_id, p.provider, p.amount::bigint, p.currency, p.every, s.state, s.channel_id, s.paid_until,
           s.cancel_asked_at is not null and s.state <> 'cancelled', s.failure, p.opened_at,
           (select max(c.paid_at) from billing.payment c
             where c.portal_id = p_portal_id and (c.payment_id = p.payment_id or c.parent_id = p.payment_id))
      from billing.payment_schedule s
      join billing.payment p on p.portal_id = s.portal_id and p.payment_id = s.payment_id
      join billing.payment_state t on t.state = p.state
     where s.portal_id = p_portal_id and (s.state <> 'pending' or t.is_open)
     order by p.payment_id desc;
end
$$;
comment on function billing.schedules(uuid, text) is 'Tenant. The portal''s top-ups that repeat, newest first.';
grant execute on function billing.schedules(uuid, text) to whatsappb24_api;
