-- Reverses a refund that failed, or a dispute's withdrawal whose money was reinstated: exactly what was posted for it, where the
-- amounts agree. It waits for what it reverses; where that was never posted, both say nothing any more (moot). For
-- billing.apply_evidence(), which holds the wallet. Returns posted, waits or moot.
create or replace function billing.give_back(p_evidence billing.evidence) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_base text := regexp_replace(p_evidence.business_key, ':(failed|reinstated)$', '');
  v_taken billing.evidence;
  v_clearing text;
begin
  select * into v_taken from billing.evidence e
   where e.portal_id = p_evidence.portal_id and e.payment_id = p_evidence.payment_id and e.business_key in (v_base, v_base || ':withdrawn')
     and e.kind in ('refund', 'dispute_withdrawn');
  if not found then
    return 'waits';
  elsif v_taken.state <> 'posted' then
    update billing.evidence e set state = 'moot' where e.portal_id = v_taken.portal_id and e.business_key = v_taken.business_key;
    return 'moot';
  end if;
  if v_taken.amount <> p_evidence.amount then
    v_taken.tax_part := 0;
    v_taken.bonus_part := 0;
  end if;
  select p.clearing into v_clearing from billing.provider p where p.provider = p_evidence.provider;
  perform billing.post_money(p_evidence, jsonb_build_array(
    jsonb_build_object('key', p_evidence.business_key, 'from', v_clearing, 'to', 'wallet', 'amount', p_evidence.amount - v_taken.tax_part,
      'reason', p_evidence.kind),
    jsonb_build_object('key', p_evidence.business_key || ':tax', 'from', v_clearing, 'to', 'tax', 'amount', v_taken.tax_part, 'reason', 'tax'),
    jsonb_build_object('key', p_evidence.business_key || ':bonus', 'from', 'promotions', 'to', 'wallet', 'amount', v_taken.bonus_part, 'reason', 'bonus'),
    jsonb_build_object('key', p_evidence.business_key || ':fee', 'from', v_clearing, 'to', 'fees', 'amount', p_evidence.fee, 'reason', 'provider_fee')));
  update billing.payment p
     set refunded = p.refunded - case v_taken.kind when 'refund' then least(p_evidence.amount, p.refunded) else 0 end,
         disputed = p.disputed - case v_taken.kind when 'refund' then 0 else least(p_evidence.amount, p.disputed) end,
         tax_returned = p.tax_returned - v_taken.tax_part, bonus_returned = p.bonus_returned - v_taken.bonus_part
   where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  if p_evidence.kind = 'refund_failed' then
    perform billing.note_refund(v_taken, 'failed');
  end if;
  perform billing.issue_note(p_evidence, 'debit_note', p_evidence.amount, v_taken.tax_part, v_taken.bonus_part);
  return 'posted';
end
$$;
comment on function billing.give_back(billing.evidence) is
  'Internal. Reverses a refund that failed or a withdrawal that was reinstated.';
