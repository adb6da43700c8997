-- Moves a payment by an event of billing.payment_transition; what is not listed changes nothing. A closed payment is not asked about
-- any more. For the functions that hold the wallet. Returns the payment's state.
create or replace function billing.step_payment(p_portal_id uuid, p_payment_id uuid, p_event text, p_reason text default null) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  update billing.payment p
     set state = t.to_state, state_reason = left(p_reason, 200), changed_at = v_now,
         ask_at = case when s.is_open then p.ask_at else 'infinity' end,
         url = case when s.is_open then p.url end
    from billing.payment_transition t
    join billing.payment_state s on s.state = t.to_state
   where p.portal_id = p_portal_id and p.payment_id = p_payment_id and t.from_state = p.state and t.event = p_event;
  select p.state into v_state from billing.payment p where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  return v_state;
end
$$;
comment on function billing.step_payment(uuid, uuid, text, text) is
  'Internal. Moves a payment by an event; one that comes late changes nothing.';
