-- Fills what every new payment begins with: its state, zero totals, the instant, and when the reconciler asks first. Locks nothing.
create or replace function billing.new_payment(p_payment billing.payment) returns billing.payment
language plpgsql stable
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_payment billing.payment := p_payment;
begin
  v_payment.state := 'created';
  v_payment.captured := 0;
  v_payment.tax := 0;
  v_payment.bonus := 0;
  v_payment.refunded := 0;
  v_payment.disputed := 0;
  v_payment.tax_returned := 0;
  v_payment.bonus_returned := 0;
  v_payment.asks := 0;
  v_payment.opened_at := v_now;
  v_payment.changed_at := v_now;
  select v_now + p.asks_every into v_payment.ask_at from billing.provider p where p.provider = p_payment.provider;
  v_payment.ask_at := coalesce(v_payment.ask_at, 'infinity');
  return v_payment;
end
$$;
comment on function billing.new_payment(billing.payment) is 'Internal. Fills what every new payment begins with.';
