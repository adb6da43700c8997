-- An order that has no fault (billing.order_fault) as the payment that it would be. For billing.open_payment(). Locks nothing.
create or replace function billing.read_order(p_portal_id uuid, p_actor text, p_order jsonb) returns billing.payment
language plpgsql
set search_path = ''
as $$
declare
  v_payment billing.payment;
begin
  v_payment.portal_id := p_portal_id;
  v_payment.payment_id := tenancy.new_id();
  v_payment.provider := p_order ->> 'provider';
  v_payment.kind := p_order ->> 'kind';
  v_payment.key := 'order:' || (p_order ->> 'key');
  v_payment.amount := coalesce((p_order ->> 'amount')::bigint, 0);
  v_payment.currency := p_order ->> 'currency';
  v_payment.every := p_order ->> 'every';
  v_payment.livemode := (p_order ->> 'livemode')::boolean;
  v_payment.actor := p_actor;
  return billing.new_payment(v_payment);
end
$$;
comment on function billing.read_order(uuid, text, jsonb) is 'Internal. An order of a payment as the payment that it would be.';
