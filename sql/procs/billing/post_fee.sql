-- Books what the provider kept of a payment: our expense, in whatever currency of ours; the customer's credit is not touched. It waits
-- for the money. For billing.apply_evidence(), which holds the wallet. Returns posted or waits.
create or replace function billing.post_fee(p_evidence billing.evidence) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_clearing text;
begin
  select v.clearing into v_clearing
    from billing.payment p
    join billing.provider v on v.provider = p.provider
   where p.portal_id = p_evidence.portal_id and p.payment_id = p_evidence.payment_id and p.captured > 0;
  if v_clearing is null then
    return 'waits';
  end if;
  perform billing.post_money(p_evidence, jsonb_build_array(
    jsonb_build_object('key', p_evidence.business_key, 'from', 'fees', 'to', v_clearing, 'amount', p_evidence.amount, 'reason', 'provider_fee')));
  return 'posted';
end
$$;
comment on function billing.post_fee(billing.evidence) is 'Internal. Books what the provider kept of a payment: our expense.';
