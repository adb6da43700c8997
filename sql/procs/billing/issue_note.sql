-- Issues the document of an evidence: a receipt of money that came, a credit note of what was taken back, a debit note of what came
-- back again; the notes name the receipt that they correct. Amounts in millionths: p_total with tax, p_bonus beside it. For evidence
-- of payments, under the wallet's lock. Locks the issuer's row.
create or replace function billing.issue_note(p_evidence billing.evidence, p_kind text, p_total bigint, p_tax bigint, p_bonus bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_payment billing.payment;
  v_receipt uuid;
begin
  select * into v_payment from billing.payment p where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  select d.document_id into v_receipt
    from billing.document d
   where d.portal_id = p_evidence.portal_id and d.payment_id = p_evidence.payment_id and d.kind = 'receipt';
  perform billing.issue_document(
    p_evidence.portal_id, p_kind, 'evidence:' || p_evidence.business_key, p_evidence.currency, p_tax,
    jsonb_build_array(jsonb_build_object('what', case p_evidence.kind when 'topup' then v_payment.kind else p_evidence.kind end,
      'amount', p_total - p_tax)),
    jsonb_build_object('bonus', p_bonus, 'payment', jsonb_strip_nulls(jsonb_build_object(
      'payment_id', v_payment.payment_id, 'provider', v_payment.provider, 'kind', v_payment.kind, 'paid_at', p_evidence.at,
      'method', v_payment.method_label, 'reference', v_payment.money_object))),
    v_payment.payment_id, case when p_kind <> 'receipt' then v_receipt end);
end
$$;
comment on function billing.issue_note(billing.evidence, text, bigint, bigint, bigint) is
  'Internal. Issues the receipt, credit note or debit note of an evidence.';
