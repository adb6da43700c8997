-- Keeps a refund as its evidence says it stands: the one that our staff asked for (ids.refund_id), else one made at the provider. For
-- billing.take_back() and billing.give_back(), which hold the wallet.
create or replace function billing.note_refund(p_evidence billing.evidence, p_state text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  update billing.refund r
     set state = p_state, business_key = p_evidence.business_key, changed_at = v_now, due_at = 'infinity',
         failure = case p_state when 'failed' then coalesce(nullif(p_evidence.reason, ''), r.failure) end
   where r.portal_id = p_evidence.portal_id and r.payment_id = p_evidence.payment_id
     and (r.refund_id::text = p_evidence.ids ->> 'refund_id' or r.business_key = p_evidence.business_key);
  if not found then
    insert into billing.refund (portal_id, refund_id, payment_id, key, amount, currency, state, reason, actor, business_key, asked_at, changed_at)
    values (p_evidence.portal_id, tenancy.new_id(), p_evidence.payment_id, 'provider:' || p_evidence.business_key, p_evidence.amount,
            p_evidence.currency, p_state, coalesce(nullif(p_evidence.reason, ''), 'provider'), p_evidence.provider, p_evidence.business_key,
            p_evidence.at, v_now);
  end if;
end
$$;
comment on function billing.note_refund(billing.evidence, text) is
  'Internal. Keeps a refund as its evidence says it stands: the one that staff asked for, else one of the provider''s.';
