-- A recharge as the payment that it would be: its amount rounded down to what the method's provider can express; without one (null)
-- where that is less than the provider charges, or there is no method. For billing.open_recharge(), which holds the wallet.
create or replace function billing.recharge_payment(p_recharge billing.recharge, p_method billing.payment_method, p_livemode boolean)
returns billing.payment
language plpgsql
set search_path = ''
as $$
declare
  v_payment billing.payment;
begin
  v_payment.portal_id := p_recharge.portal_id;
  v_payment.payment_id := tenancy.new_id();
  v_payment.provider := p_method.provider;
  v_payment.kind := 'recharge';
  v_payment.key := 'recharge:' || p_recharge.recharge_id;
  v_payment.currency := p_recharge.currency;
  v_payment.actor := 'recharge';
  v_payment.livemode := p_livemode;
  v_payment.recharge_id := p_recharge.recharge_id;
  select (p_recharge.amount / m.grain * m.grain)::bigint into v_payment.amount
    from billing.minor_units(p_recharge.currency, p_method.provider) m
   where p_recharge.amount / m.grain * m.grain >= m.minimum;
  return billing.new_payment(v_payment);
end
$$;
comment on function billing.recharge_payment(billing.recharge, billing.payment_method, boolean) is
  'Internal. A recharge as the payment that it would be.';
