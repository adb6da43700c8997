-- Notes a declined attempt. Of a recharge it is the end, and told to its order; on an open page the payer may try another card. A
-- method that the provider says never to charge again is not used any more. For billing.apply_evidence(), which holds the wallet.
-- Returns posted, or moot where the payment has ended.
create or replace function billing.post_decline(p_evidence billing.evidence) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment billing.payment;
begin
  select p.* into v_payment
    from billing.payment p
    join billing.payment_state s on s.state = p.state and s.is_open
   where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id;
  if not found then
    return 'moot';
  end if;
  if p_evidence.retry = 'never' and v_payment.recharge_id is not null then
    update billing.payment_method m set is_usable = false
     where m.portal_id = p_evidence.portal_id and m.provider = p_evidence.provider
       and m.reference_digest = sha256(convert_to(p_evidence.ids ->> 'method', 'UTF8'));
  end if;
  perform billing.end_attempt(p_evidence.portal_id, p_evidence.payment_id, 'decline', p_evidence.reason);
  return 'posted';
end
$$;
comment on function billing.post_decline(billing.evidence) is
  'Internal. Notes a declined attempt of a payment; a recharge ends with it.';
