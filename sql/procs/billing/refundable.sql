-- What may still be given back of a payment, in millionths: what was captured without what was refunded, what a bank holds or has
-- taken in a dispute (it would be given back twice), and what was asked for or waits for a second person. For billing.open_refund(),
-- which holds the wallet, and for the lists of staff. Locks nothing.
create or replace function billing.refundable(p_payment billing.payment) returns bigint
language sql stable
set search_path = ''
as $$
  select greatest(p_payment.captured - p_payment.refunded - p_payment.disputed - coalesce(sum(r.amount), 0), 0)::bigint
    from billing.refund r
   where r.portal_id = p_payment.portal_id and r.payment_id = p_payment.payment_id and r.state in ('proposed', 'asked')
$$;
comment on function billing.refundable(billing.payment) is 'Internal. What may still be given back of a payment.';
