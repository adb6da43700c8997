-- Keeps money of a repeating top-up for the next period of its subscription: at most the period's price less what is kept for it
-- already, what the payment brought (net of tax), and what the wallet has without its overdraft. Once per payment; nothing for a
-- subscription that ends, rests or costs nothing. For billing.renew_paid(), which holds the subscription and the wallet.
-- Returns how much (millionths). Locks nothing that the wallet does not cover.
create or replace function billing.reserve_period(p_portal_id uuid, p_channel_id uuid, p_payment_id uuid) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_amount bigint;
begin
  select least(n.price - k.kept, p.captured - p.tax - p.refunded - p.disputed + p.tax_returned, w.balance - w.held)
    into v_amount
    from billing.subscription s
    join billing.plan n on n.plan_id = coalesce(s.next_plan_id, s.plan_id)
    join billing.payment p on p.portal_id = s.portal_id and p.payment_id = p_payment_id
    join billing.wallet w on w.portal_id = s.portal_id
   cross join lateral (
     select coalesce(sum(r.held), 0)::bigint as kept from billing.reservation r
      where r.portal_id = s.portal_id and r.channel_id = s.channel_id and r.state = 'held') k
   where s.portal_id = p_portal_id and s.channel_id = p_channel_id and n.currency = w.currency
     and s.state in ('trialing', 'active', 'grace', 'suspended') and not s.cancels_at_end;
  if coalesce(v_amount, 0) <= 0 then
    return 0;
  end if;
  insert into billing.reservation (portal_id, payment_id, channel_id, amount, held, reserved_at, changed_at)
  values (p_portal_id, p_payment_id, p_channel_id, v_amount, v_amount, v_now, v_now)
  on conflict (portal_id, payment_id) do nothing;
  if not found then
    return 0;
  end if;
  update billing.wallet w set held = w.held + v_amount where w.portal_id = p_portal_id;
  return v_amount;
end
$$;
comment on function billing.reserve_period(uuid, uuid, uuid) is
  'Internal. Keeps money of a repeating top-up for the next period of its subscription.';
