-- Asks for a refund. p_amount: millionths of what was paid, tax included; null: all that is left. For the provider's staff (the caller
-- is trusted). p_key makes it happen once; the same key with another amount is a conflict. What waits, what was asked for, refunded
-- and disputed never exceed what was captured; a refund may exceed the balance: the rest is owed. Above the currency's limit
-- (billing.currency.second_eyes_above) it is only proposed, and a second person decides (billing.decide_refund); else the worker
-- asks the provider at once (billing.claim_refunds). The money is booked by the provider's evidence only. Returns the refund and
-- its state, proposed or asked. Raises WB400 malformed_call, WB404 unknown_payment, WB409 conflict, WB422 refund_limits (figures in
-- detail), not_offered (partial). Locks the wallet.
create or replace function billing.open_refund(p_portal_id uuid, p_actor text, p_payment_id uuid, p_amount bigint, p_reason text, p_key text)
returns table (refund_id uuid, state text, amount bigint, currency text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_payment billing.payment;
  v_refund billing.refund;
  v_left bigint;
begin
  if coalesce(p_actor, '') = '' or coalesce(length(p_reason), 0) not between 3 and 500 or coalesce(length(p_key), 0) not between 1 and 100
     or p_amount <= 0 then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_amount, p_reason, p_key"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_payment from billing.payment p where p.portal_id = p_portal_id and p.payment_id = p_payment_id and p.captured > 0;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  end if;
  v_left := billing.refundable(v_payment);
  select * into v_refund from billing.refund r where r.portal_id = p_portal_id and r.key = 'asked:' || p_key;
  if not found then
    perform billing.check_refund(v_payment, coalesce(p_amount, v_left), v_left);
    insert into billing.refund (
      portal_id, refund_id, payment_id, key, amount, currency, state, reason, actor, asked_at, changed_at, due_at)
    select p_portal_id, tenancy.new_id(), p_payment_id, 'asked:' || p_key, n.amount, v_payment.currency,
           case when n.amount > c.second_eyes_above then 'proposed' else 'asked' end, p_reason, p_actor, v_now, v_now,
           case when n.amount > c.second_eyes_above then 'infinity' else v_now end
      from billing.currency c
     cross join (select coalesce(p_amount, v_left) as amount) n
     where c.currency = v_payment.currency
    returning * into v_refund;
  elsif v_refund.payment_id <> p_payment_id or v_refund.amount <> coalesce(p_amount, v_refund.amount) then
    perform trace.refuse('conflict', jsonb_build_object('key', p_key));
  end if;
  return query select v_refund.refund_id, v_refund.state, v_refund.amount::bigint, v_refund.currency;
end
$$;
comment on function billing.open_refund(uuid, text, uuid, bigint, text, text) is
  'Tenant. Asks for a refund, once per key; above a limit it is only proposed. Booked by the provider''s evidence.';
grant execute on function billing.open_refund(uuid, text, uuid, bigint, text, text) to whatsappb24_api;
