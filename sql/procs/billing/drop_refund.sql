-- Ends a refund that was asked for and that the provider certainly refused: nothing moved. One that its evidence has decided stays.
-- Returns its state. Raises WB404 unknown_refund. Locks the wallet.
create or replace function billing.drop_refund(p_portal_id uuid, p_refund_id uuid, p_code text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  update billing.refund r set state = 'failed', changed_at = v_now, reason = left(concat_ws(': ', r.reason, p_code), 500)
   where r.portal_id = p_portal_id and r.refund_id = p_refund_id and r.state = 'asked';
  select r.state into v_state from billing.refund r where r.portal_id = p_portal_id and r.refund_id = p_refund_id;
  if not found then
    perform trace.refuse('unknown_refund', jsonb_build_object('refund_id', p_refund_id));
  end if;
  return v_state;
end
$$;
comment on function billing.drop_refund(uuid, uuid, text) is 'Tenant. Ends a refund that the provider certainly refused.';
grant execute on function billing.drop_refund(uuid, uuid, text) to whatsappb24_api, whatsappb24_worker;
