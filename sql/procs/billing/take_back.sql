-- Books a refund, or the withdrawal of a dispute: from the wallet, first what the payment keeps for a period (what is lacking is
-- owed), of the tax and of our bonus in proportion, so that the parts of several refunds add up exactly; a withdrawal's fee is our
-- expense. Refunds never exceed what was captured: one that would waits, for another to have failed. A refund that is known to have
-- failed says nothing any more (moot). For billing.apply_evidence(), which holds the wallet. Returns posted, waits or moot.
create or replace function billing.take_back(p_evidence billing.evidence) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment billing.payment;
  v_clearing text;
  v_part bigint;
  v_whole numeric;
  v_tax bigint;
  v_bonus bigint;
begin
  select * into v_payment from billing.payment p where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  if p_evidence.kind = 'refund' then
    update billing.evidence e set state = 'moot'
     where e.portal_id = p_evidence.portal_id and e.business_key = p_evidence.business_key || ':failed' and e.kind = 'refund_failed'
       and e.state = 'waits';
    if found then
      perform billing.note_refund(p_evidence, 'failed');
      return 'moot';
    end if;
  end if;
  if v_payment.captured = 0 or p_evidence.kind = 'refund' and v_payment.refunded + p_evidence.amount > v_payment.captured then
    return 'waits';
  end if;
  select p.clearing into v_clearing from billing.provider p where p.provider = p_evidence.provider;
  -- What goes beyond the payment (a dispute may) has no part of its tax.
  v_part := least(p_evidence.amount, greatest(v_payment.captured - v_payment.refunded - v_payment.disputed, 0));
  v_whole := least(v_payment.refunded + v_payment.disputed + v_part, v_payment.captured);
  v_tax := least(greatest(billing.round_even(v_payment.tax * v_whole / v_payment.captured) - v_payment.tax_returned, 0), v_part);
  v_bonus := greatest(billing.round_even(v_payment.bonus * v_whole / v_payment.captured) - v_payment.bonus_returned, 0);
  perform billing.free_reservations(p_evidence.portal_id, null, p_evidence.payment_id, p_evidence.amount - v_tax + v_bonus);
  perform billing.post_money(p_evidence, jsonb_build_array(
    jsonb_build_object('key', p_evidence.business_key, 'from', 'wallet', 'to', v_clearing, 'amount', p_evidence.amount - v_tax,
      'reason', case p_evidence.kind when 'refund' then 'refund' else 'dispute' end),
    jsonb_build_object('key', p_evidence.business_key || ':tax', 'from', 'tax', 'to', v_clearing, 'amount', v_tax, 'reason', 'tax'),
    jsonb_build_object('key', p_evidence.business_key || ':bonus', 'from', 'wallet', 'to', 'promotions', 'amount', v_bonus, 'reason', 'bonus'),
    jsonb_build_object('key', p_evidence.business_key || ':fee', 'from', 'fees', 'to', v_clearing, 'amount', p_evidence.fee, 'reason', 'provider_fee')));
  update billing.payment p
     set refunded = p.refunded + case p_evidence.kind when 'refund' then p_evidence.amount else 0 end,
         disputed = p.disputed + case p_evidence.kind when 'refund' then 0 else p_evidence.amount end,
         tax_returned = p.tax_returned + v_tax, bonus_returned = p.bonus_returned + v_bonus
   where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  update billing.evidence e set tax_part = v_tax, bonus_part = v_bonus
   where e.portal_id = p_evidence.portal_id and e.business_key = p_evidence.business_key;
  if p_evidence.kind = 'refund' then
    perform billing.note_refund(p_evidence, 'succeeded');
  else
    perform billing.post_dispute(p_evidence);
  end if;
  perform billing.issue_note(p_evidence, 'credit_note', p_evidence.amount, v_tax, v_bonus);
  return 'posted';
end
$$;
comment on function billing.take_back(billing.evidence) is
  'Internal. Books a refund or a dispute''s withdrawal, with its part of tax and bonus; what the wallet lacks is owed.';
