-- Books money that came: clearing to wallet (net) and tax, our bonus from promotions; the payment has succeeded, whatever was thought
-- of it before; the recharge that ordered it has, too; a receipt is issued. For billing.apply_evidence(), which holds the wallet.
-- Returns posted.
create or replace function billing.post_topup(p_evidence billing.evidence) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment billing.payment;
  v_clearing text;
  v_bonus bigint;
begin
  select * into v_payment from billing.payment p where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  if v_payment.captured > 0 then
    -- A second key for the same money: told, never booked.
    return 'moot';
  end if;
  select p.clearing into v_clearing from billing.provider p where p.provider = p_evidence.provider;
  select billing.round_even((p_evidence.amount - p_evidence.tax) * r.bonus_percent / 100)
    into v_bonus
    from billing.topup_rule r
   where r.currency = p_evidence.currency and v_payment.kind = 'topup' and p_evidence.amount - p_evidence.tax >= r.bonus_from;
  v_bonus := coalesce(v_bonus, 0);
  perform billing.post_money(p_evidence, jsonb_build_array(
    jsonb_build_object('key', p_evidence.business_key, 'from', v_clearing, 'to', 'wallet', 'amount', p_evidence.amount - p_evidence.tax, 'reason', 'topup'),
    jsonb_build_object('key', p_evidence.business_key || ':tax', 'from', v_clearing, 'to', 'tax', 'amount', p_evidence.tax, 'reason', 'tax'),
    jsonb_build_object('key', p_evidence.business_key || ':bonus', 'from', 'promotions', 'to', 'wallet', 'amount', v_bonus, 'reason', 'bonus')));
  update billing.payment p
     set captured = p_evidence.amount, tax = p_evidence.tax, bonus = v_bonus, paid_at = p_evidence.at
   where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  -- Money of what was given up counts, and says that it did.
  perform billing.step_payment(p_evidence.portal_id, p_evidence.payment_id, 'succeed',
            case when v_payment.state in ('cancelled', 'expired', 'failed') then 'late_after_' || v_payment.state end);
  update billing.payment_attempt a
     set outcome = 'succeeded', ended_at = coalesce(a.ended_at, p_evidence.received_at)
   where a.portal_id = p_evidence.portal_id and a.payment_id = p_evidence.payment_id
     and a.number = (select max(x.number) from billing.payment_attempt x
                      where x.portal_id = p_evidence.portal_id and x.payment_id = p_evidence.payment_id);
  if v_payment.recharge_id is not null
     and billing.settle_recharge(p_evidence.portal_id, v_payment.recharge_id, 'succeeded',
           jsonb_build_object('payment_id', p_evidence.payment_id)) <> 'succeeded' then
    -- It was thought to have failed; the monthly cap counts what was charged.
    update billing.recharge r set state = 'succeeded', detail = r.detail || '{"late": true}'
     where r.portal_id = p_evidence.portal_id and r.recharge_id = v_payment.recharge_id;
  end if;
  perform billing.issue_note(p_evidence, 'receipt', p_evidence.amount, p_evidence.tax, v_bonus);
  return 'posted';
end
$$;
comment on function billing.post_topup(billing.evidence) is
  'Internal. Books money that came: to wallet, tax and bonus; the payment has succeeded and has a receipt.';
