-- Notes how a top-up that repeats stands at its provider, as it was read there. p_facts: {state: pending | active | past_due | paused |
-- cancelled, paid_until, ids {kind: object id}}. Found by its ids; the provider's subscription is bound to it, so that the money of
-- every period finds it. What is cancelled stays so, and where it lives at the provider (ended here before the payer agreed to it
-- there) its end is due again; an intent that nobody paid ends with it. Returns the state; null where no
-- schedule of ours is meant. No money is booked by it. For the worker and the payer's way back. Raises WB400 malformed_call,
-- WB409 foreign_object. Locks the objects, then the wallet.
create or replace function billing.note_schedule(p_provider text, p_facts jsonb) returns text
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_found record;
  v_state text := p_facts ->> 'state';
  v_foreign text;
begin
  if coalesce(v_state, '') not in ('pending', 'active', 'past_due', 'paused', 'cancelled') or coalesce(jsonb_typeof(p_facts -> 'ids'), '') <> 'object'
     or not pg_input_is_valid(p_facts ->> 'paid_until', 'timestamptz') then
    perform trace.refuse('malformed_call', '{"argument": "p_facts"}');
  end if;
  select s.portal_id, s.payment_id
    into v_found
    from jsonb_each_text(p_facts -> 'ids') k
    join billing.provider_object o on o.provider = p_provider and o.object_id = k.value
    join billing.payment_schedule s on s.portal_id = o.portal_id and s.payment_id = o.payment_id
   where k.key in ('payment_id', 'subscription', 'checkout')
   order by k.key
   limit 1;
  if not found then
    return null;
  end if;
  v_foreign := billing.bind_objects(v_found.portal_id, v_found.payment_id, p_provider, (p_facts -> 'ids') - 'portal_id');
  if v_foreign is not null then
    perform trace.refuse('foreign_object', jsonb_build_object('object_id', v_foreign));
  end if;
  perform 1 from billing.wallet w where w.portal_id = v_found.portal_id for no key update;
  update billing.payment_schedule s
     set state = v_state, paid_until = coalesce((p_facts ->> 'paid_until')::timestamptz, s.paid_until), changed_at = v_now,
         due_at = case v_state when 'cancelled' then 'infinity' else s.due_at end
   where s.portal_id = v_found.portal_id and s.payment_id = v_found.payment_id and s.state <> 'cancelled'
  returning s.state into v_state;
  if not found and p_facts ->> 'state' in ('active', 'past_due', 'paused') then
    update billing.payment_schedule s set due_at = least(s.due_at, v_now), changed_at = v_now
     where s.portal_id = v_found.portal_id and s.payment_id = v_found.payment_id;
    return 'cancelled';
  elsif v_state = 'cancelled' then
    perform billing.end_attempt(v_found.portal_id, v_found.payment_id, 'cancel', 'cancelled');
  end if;
  return coalesce(v_state, 'cancelled');
end
$$;
comment on function billing.note_schedule(text, jsonb) is
  'Directory. Notes how a top-up that repeats stands at its provider; no money is booked by it.';
grant execute on function billing.note_schedule(text, jsonb) to whatsappb24_api, whatsappb24_worker;
