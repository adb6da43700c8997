-- Says what the provider answered to a refund. p_outcome: taken (he has it and works on it: asked after in an hour, should his event not
-- come), later (nothing is known to have happened: asked again, later each time, at most every 6 h, under the same idempotency key) or
-- refused (certainly nothing moved, and nothing will: failed, and what was asked for is left again). p_code: his own code. One that
-- its evidence has decided stays. Returns its state. Raises WB400 malformed_call, WB404 unknown_refund. Locks the wallet.
create or replace function billing.settle_refund(p_portal_id uuid, p_refund_id uuid, p_outcome text, p_code text default null) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  if coalesce(p_outcome, '') not in ('taken', 'later', 'refused') then
    perform trace.refuse('malformed_call', '{"argument": "p_outcome"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  update billing.refund r
     set state = case p_outcome when 'refused' then 'failed' else r.state end, failure = left(p_code, 200), changed_at = v_now,
         due_at = case p_outcome
           when 'taken' then v_now + interval '1 hour'
           when 'later' then v_now + least(interval '1 minute' * power(2, least(greatest(r.tries - 1, 0), 10)), interval '6 hours')
           else 'infinity' end
   where r.portal_id = p_portal_id and r.refund_id = p_refund_id and r.state = 'asked';
  select r.state into v_state from billing.refund r where r.portal_id = p_portal_id and r.refund_id = p_refund_id;
  if not found then
    perform trace.refuse('unknown_refund', jsonb_build_object('refund_id', p_refund_id));
  end if;
  return v_state;
end
$$;
comment on function billing.settle_refund(uuid, uuid, text, text) is
  'Tenant. Says what the provider answered to a refund: taken, to be asked later, or refused.';
grant execute on function billing.settle_refund(uuid, uuid, text, text) to whatsappb24_worker;
