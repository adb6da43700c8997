-- Decides what becomes of an open payment about which the provider was asked just now. p_heard: nothing (it knows of none), open (its page
-- still waits for a payer), closed (we closed the page there), other (money may be on its way, or it did not answer). Returns
-- over (it has ended already), kept (somebody may still pay), close (nobody can pay it any more: the worker closes the page there
-- and tells again) or expired. Nothing is lost by it: money that comes later is booked and the payment has succeeded.
-- For the worker. Raises WB400 malformed_call, WB404 unknown_payment. Locks the wallet.
create or replace function billing.expire_intent(p_portal_id uuid, p_payment_id uuid, p_heard text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_payment billing.payment;
begin
  if coalesce(p_heard, '') not in ('nothing', 'open', 'closed', 'other') then
    perform trace.refuse('malformed_call', '{"argument": "p_heard"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_payment from billing.payment p where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  elsif not exists (select from billing.payment_state s where s.state = v_payment.state and s.is_open) then
    return 'over';
  elsif p_heard = 'other' or not billing.is_stale(v_payment, v_now) then
    return 'kept';
  elsif p_heard = 'open' then
    return 'close';
  end if;
  return billing.note_payment(p_portal_id, p_payment_id, '{"outcome": "expired", "code": "nobody_paid"}');
end
$$;
comment on function billing.expire_intent(uuid, uuid, text) is
  'Tenant. Decides what becomes of an open payment about which the provider was asked just now.';
grant execute on function billing.expire_intent(uuid, uuid, text) to whatsappb24_worker;
