-- Says what the provider answered to the end of a top-up that repeats. p_outcome: ended (he has it, or knows of none), later (asked again,
-- later each time, at most every 6 h: until he has it money may still come, and counts). p_code: his own. An intent that nobody paid
-- is cancelled with it. Returns its state. Raises WB400 malformed_call, WB404 unknown_payment. Locks the wallet, then the schedule.
create or replace function billing.settle_schedule(p_portal_id uuid, p_payment_id uuid, p_outcome text, p_code text default null) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  if coalesce(p_outcome, '') not in ('ended', 'later') then
    perform trace.refuse('malformed_call', '{"argument": "p_outcome"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  update billing.payment_schedule s
     set state = case p_outcome when 'ended' then 'cancelled' else s.state end, failure = left(p_code, 200), changed_at = v_now,
         due_at = case p_outcome when 'ended' then 'infinity'
           else v_now + least(interval '1 minute' * power(2, least(greatest(s.tries - 1, 0), 10)), interval '6 hours') end
   where s.portal_id = p_portal_id and s.payment_id = p_payment_id and (s.state <> 'cancelled' or s.due_at < 'infinity');
  select s.state into v_state from billing.payment_schedule s where s.portal_id = p_portal_id and s.payment_id = p_payment_id;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  elsif v_state = 'cancelled' then
    perform billing.end_attempt(p_portal_id, p_payment_id, 'cancel', 'cancelled');
  end if;
  return v_state;
end
$$;
comment on function billing.settle_schedule(uuid, uuid, text, text) is
  'Tenant. Says what the provider answered to the end of a top-up that repeats.';
grant execute on function billing.settle_schedule(uuid, uuid, text, text) to whatsappb24_worker;
