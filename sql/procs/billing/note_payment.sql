-- Notes what a provider answered to the attempt of a payment. p_note: {outcome: redirected (url, expires_at) | processing | declined
-- | failed (certainly nothing was charged) | cancelled | expired | unknown | succeeded (method only: money is booked by its
-- evidence), code, ids {kind: object id}, method_label, receipt_url}. Binds the objects first. A recharge that ended is told to
-- its order. What comes late changes nothing. Returns the payment's state. For the doors and the worker, after billing.open_payment().
-- Raises WB400 malformed_call, WB404 unknown_payment, WB409 foreign_object. Locks the objects, then the wallet.
create or replace function billing.note_payment(p_portal_id uuid, p_payment_id uuid, p_note jsonb) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_payment billing.payment;
  v_outcome text := p_note ->> 'outcome';
  v_foreign text;
begin
  select * into v_payment from billing.payment p where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  elsif coalesce(v_outcome, '') not in ('redirected', 'processing', 'declined', 'failed', 'cancelled', 'expired', 'unknown', 'succeeded')
     or v_outcome = 'succeeded' and v_payment.kind <> 'method' or v_outcome = 'redirected' and coalesce(p_note ->> 'url', '') !~ '^https?://'
     or coalesce(jsonb_typeof(p_note -> 'ids'), 'object') <> 'object' or not pg_input_is_valid(p_note ->> 'expires_at', 'timestamptz') then
    perform trace.refuse('malformed_call', '{"argument": "p_note"}');
  end if;
  v_foreign := billing.bind_objects(p_portal_id, p_payment_id, v_payment.provider, coalesce(p_note -> 'ids', '{}'));
  if v_foreign is not null then
    perform trace.refuse('foreign_object', jsonb_build_object('object_id', v_foreign));
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  update billing.payment_attempt a
     set outcome = v_outcome, ended_at = v_now, detail = jsonb_strip_nulls(jsonb_build_object('code', p_note ->> 'code'))
   where a.portal_id = p_portal_id and a.payment_id = p_payment_id and coalesce(a.outcome not in ('declined', 'failed', 'succeeded'), true)
     -- On an open page the payer may try another card: the attempt goes on.
     and not (v_outcome = 'declined' and v_payment.state = 'redirected')
     and a.number = (select max(x.number) from billing.payment_attempt x where x.portal_id = p_portal_id and x.payment_id = p_payment_id);
  update billing.payment p
     set url = coalesce(p_note ->> 'url', p.url), url_expires_at = coalesce((p_note ->> 'expires_at')::timestamptz, p.url_expires_at),
         method_label = coalesce(left(p_note ->> 'method_label', 100), p.method_label), receipt_url = coalesce(p_note ->> 'receipt_url', p.receipt_url)
   where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  return billing.end_attempt(p_portal_id, p_payment_id,
    case v_outcome when 'redirected' then 'redirect' when 'processing' then 'process' when 'declined' then 'decline' when 'failed' then 'fail'
      when 'cancelled' then 'cancel' when 'expired' then 'expire' when 'unknown' then 'lose' else 'succeed' end, p_note ->> 'code');
end
$$;
comment on function billing.note_payment(uuid, uuid, jsonb) is
  'Tenant. Notes what a provider answered to an attempt of a payment; money is booked by its evidence only.';
grant execute on function billing.note_payment(uuid, uuid, jsonb) to whatsappb24_api, whatsappb24_worker;
