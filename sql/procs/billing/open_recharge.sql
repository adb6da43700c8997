-- Opens the payment of a claimed recharge (billing.claim_recharges), once. What the worker does is in outcome: charge (with the attempt's
-- idempotency key), ask (an attempt's outcome is not known: find it first; where the provider never took it, charge with the same
-- key), over (nothing to do; the recharge has ended, or ends here because there is no usable method or provider: it counts as
-- declined). p_livemode: of the keys. Raises WB404 unknown_recharge. Locks the wallet.
create or replace function billing.open_recharge(p_portal_id uuid, p_recharge_id uuid, p_livemode boolean)
returns table (
  outcome text, payment_id uuid, provider text, amount bigint, currency text, attempt int, idempotency_key text, begun_at timestamptz,
  customer text, method_sealed bytea, language text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_recharge billing.recharge;
  v_payment billing.payment;
  v_method billing.payment_method;
  v_attempt record;
  v_why text;
begin
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_recharge from billing.recharge r where r.portal_id = p_portal_id and r.recharge_id = p_recharge_id;
  if not found then
    perform trace.refuse('unknown_recharge', jsonb_build_object('recharge_id', p_recharge_id));
  end if;
  select * into v_payment from billing.payment p where p.portal_id = p_portal_id and p.key = 'recharge:' || p_recharge_id;
  v_method := billing.recharge_method(p_portal_id);
  if v_recharge.state = 'open' and v_payment.payment_id is null then
    v_payment := billing.recharge_payment(v_recharge, v_method, p_livemode);
    v_why := case when v_method.method_id is null then 'no_method' when v_payment.amount is null then 'amount_limits' end;
    if v_why is not null then
      perform billing.settle_recharge(p_portal_id, p_recharge_id, 'declined', jsonb_build_object('code', v_why));
      return query select 'over', null::uuid, null::text, null::bigint, null::text, null::int, null::text, null::timestamptz, null::text, null::bytea, null::text;
      return;
    end if;
    insert into billing.payment select v_payment.*;
    insert into billing.provider_object (provider, object_id, kind, portal_id, payment_id, bound_at)
    values (v_payment.provider, v_payment.payment_id::text, 'payment_id', p_portal_id, v_payment.payment_id, v_payment.opened_at);
  end if;
  select * into v_attempt from billing.begin_attempt(p_portal_id, v_payment.payment_id);
  return query
    select case when v_recharge.state <> 'open' or v_attempt.number is null then 'over' when v_attempt.is_new then 'charge' else 'ask' end,
           v_payment.payment_id, v_payment.provider, v_payment.amount::bigint, v_payment.currency, v_attempt.number, v_attempt.idempotency_key,
           v_attempt.begun_at, billing.objects_of(p_portal_id, v_payment.payment_id) ->> 'customer', v_method.reference_sealed, t.language
      from tenancy.portal t
     where t.portal_id = p_portal_id;
end
$$;
comment on function billing.open_recharge(uuid, uuid, boolean) is
  'Tenant. Opens the payment of a claimed recharge, once: charge, ask what became of it, or over.';
grant execute on function billing.open_recharge(uuid, uuid, boolean) to whatsappb24_worker;
