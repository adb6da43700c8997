-- Posts what can be posted of the evidence that waits for a payment, in the order of its kind, until nothing moves any more: a refund
-- that failed may make room for another. For billing.settle_payment(), which holds the wallet. Locks the issuer's row.
create or replace function billing.apply_evidence(p_portal_id uuid, p_payment_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_evidence billing.evidence;
  v_state text;
  v_moved boolean := true;
begin
  while v_moved
  loop
    v_moved := false;
    for v_evidence in
      select e.* from billing.evidence e
        join billing.evidence_kind k on k.kind = e.kind
       where e.portal_id = p_portal_id and e.payment_id = p_payment_id and e.state = 'waits'
       order by k.rank, e.at, e.business_key
    loop
      v_state := case
        when v_evidence.kind = 'topup' then billing.post_topup(v_evidence)
        when v_evidence.kind = 'fee' then billing.post_fee(v_evidence)
        when v_evidence.kind in ('refund', 'dispute_withdrawn') then billing.take_back(v_evidence)
        when v_evidence.kind in ('refund_failed', 'dispute_reinstated') then billing.give_back(v_evidence)
        when v_evidence.kind = 'declined' then billing.post_decline(v_evidence)
        else billing.post_dispute(v_evidence) end;
      if v_state <> 'waits' then
        update billing.evidence e set state = v_state
         where e.portal_id = p_portal_id and e.business_key = v_evidence.business_key and e.state = 'waits';
        v_moved := true;
      end if;
    end loop;
  end loop;
end
$$;
comment on function billing.apply_evidence(uuid, uuid) is
  'Internal. Posts what can be posted of the evidence that waits for a payment.';
