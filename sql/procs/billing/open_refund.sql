-- Asks for a refund, before the provider is called. p_amount: millionths of what was paid, tax included; null: all that is left. For staff
-- (the caller is trusted). p_key makes it happen once; the same key with another amount is a conflict. What is asked for and what was
-- refunded never exceed what was captured; a refund may exceed the balance: the rest is owed. The money is booked by the provider's
-- evidence. Returns what the command needs. Raises WB400 malformed_call, WB404 unknown_payment, WB409 conflict, WB422
-- refund_limits (figures in detail), not_offered (partial). Locks the wallet.
create or replace function billing.open_refund(p_portal_id uuid, p_actor text, p_payment_id uuid, p_amount bigint, p_reason text, p_key text)
returns table (
  refund_id uuid, state text, provider text, payment text, recurring boolean, amount bigint, is_whole boolean, currency text, language text)
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
  select v_payment.captured - v_payment.refunded - coalesce(sum(r.amount), 0) into v_left
    from billing.refund r where r.portal_id = p_portal_id and r.payment_id = p_payment_id and r.state = 'asked';
  select * into v_refund from billing.refund r where r.portal_id = p_portal_id and r.key = 'asked:' || p_key;
  if not found then
    perform billing.check_refund(v_payment, coalesce(p_amount, v_left), v_left);
    insert into billing.refund (portal_id, refund_id, payment_id, key, amount, currency, state, reason, actor, asked_at, changed_at)
    values (p_portal_id, tenancy.new_id(), p_payment_id, 'asked:' || p_key, coalesce(p_amount, v_left), v_payment.currency, 'asked', p_reason,
            p_actor, v_now, v_now)
    returning * into v_refund;
  elsif v_refund.payment_id <> p_payment_id or v_refund.amount <> coalesce(p_amount, v_refund.amount) then
    perform trace.refuse('conflict', jsonb_build_object('key', p_key));
  end if;
  return query
    select v_refund.refund_id, v_refund.state, v_payment.provider, v_payment.money_object, v_payment.kind = 'scheduled', v_refund.amount::bigint,
           v_refund.amount = v_payment.captured, v_refund.currency, t.language
      from tenancy.portal t
     where t.portal_id = p_portal_id;
end
$$;
comment on function billing.open_refund(uuid, text, uuid, bigint, text, text) is
  'Tenant. Asks for a refund before the provider is called, once per key; booked by the provider''s evidence.';
grant execute on function billing.open_refund(uuid, text, uuid, bigint, text, text) to whatsappb24_api;
