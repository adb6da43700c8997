-- Ends a top-up that repeats: from now on the worker takes that to the provider until he has it. Money that was paid stays in the balance.
-- Again, or for one that has ended, it changes nothing. Returns its state. Needs billing.topup. Raises WB403 permission, WB404
-- unknown_payment. Locks the schedule.
create or replace function billing.cancel_schedule(p_portal_id uuid, p_user_id text, p_payment_id uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.topup');
  select s.state into v_state from billing.payment_schedule s
   where s.portal_id = p_portal_id and s.payment_id = p_payment_id for update;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  end if;
  update billing.payment_schedule s
     set cancel_asked_at = v_now, cancelled_by = p_user_id, due_at = v_now, changed_at = v_now
   where s.portal_id = p_portal_id and s.payment_id = p_payment_id and s.cancel_asked_at is null and s.state <> 'cancelled';
  return v_state;
end
$$;
comment on function billing.cancel_schedule(uuid, text, uuid) is
  'Tenant. Ends a top-up that repeats; the worker takes that to the provider.';
grant execute on function billing.cancel_schedule(uuid, text, uuid) to whatsappb24_api;
