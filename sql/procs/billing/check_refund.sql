-- Refuses a refund of more than is left, of nothing, of what the provider cannot express, or of a part where it gives back only the
-- whole. For billing.open_refund(), which holds the wallet. Raises WB422 refund_limits, not_offered. Locks nothing.
create or replace function billing.check_refund(p_payment billing.payment, p_amount bigint, p_left bigint) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_grain bigint := (select c.grain from billing.provider_currency c where c.provider = p_payment.provider and c.currency = p_payment.currency);
begin
  if p_amount not between 1 and p_left or p_amount % v_grain <> 0 then
    perform trace.refuse('refund_limits', jsonb_build_object('amount', p_amount, 'left', p_left, 'grain', v_grain, 'currency', p_payment.currency,
      'captured', p_payment.captured, 'refunded', p_payment.refunded));
  elsif p_amount < p_payment.captured and not exists (
    select from billing.provider p where p.provider = p_payment.provider and 'partial_refund' = any (p.capabilities)) then
    perform trace.refuse('not_offered', jsonb_build_object('provider', p_payment.provider, 'kind', 'partial_refund'));
  end if;
end
$$;
comment on function billing.check_refund(billing.payment, bigint, bigint) is
  'Internal. Refuses a refund of more than is left, or of what the provider cannot give back.';
