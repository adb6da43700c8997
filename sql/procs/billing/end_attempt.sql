-- Moves a payment by the outcome of an attempt, and tells the recharge that ordered it when it is over: a decline counts and backs
-- off, what expired or was cancelled counts as one, a failure of ours does not. For billing.note_payment() and evidence, which hold
-- the wallet. Returns the payment's state.
create or replace function billing.end_attempt(p_portal_id uuid, p_payment_id uuid, p_event text, p_code text) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_before text;
  v_after text;
  v_recharge_id uuid;
begin
  select p.state, p.recharge_id into v_before, v_recharge_id
    from billing.payment p where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  v_after := billing.step_payment(p_portal_id, p_payment_id, p_event, p_code);
  if v_recharge_id is not null and v_after <> v_before and v_after in ('failed', 'cancelled', 'expired') then
    perform billing.settle_recharge(p_portal_id, v_recharge_id, case p_event when 'fail' then 'failed' else 'declined' end,
                                    jsonb_strip_nulls(jsonb_build_object('payment_id', p_payment_id, 'code', p_code)));
  end if;
  return v_after;
end
$$;
comment on function billing.end_attempt(uuid, uuid, text, text) is
  'Internal. Moves a payment by the outcome of an attempt, and tells the recharge that ordered it.';
