-- Says which payment an event belongs to that leads to none: binds the provider's objects that its evidence named to that payment, and has
-- the event worked on again; what it says is booked then by the same rules as any evidence (another money object of the same
-- intent becomes a payment of its own). For staff (the caller is trusted); who and why is kept. Raises WB400 malformed_call, WB404
-- unknown_event, unknown_payment (at this provider), WB409 event_state (or nothing in it can be bound: the event names no object),
-- foreign_object (an object, or the provider's metadata, belongs to another portal), test_mode. Locks the event, then the objects.
create or replace function billing.assign_event(
  p_actor text, p_provider text, p_event_id text, p_portal_id uuid, p_payment_id uuid, p_reason text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_event billing.provider_event;
  v_payment billing.payment;
  v_ids jsonb;
  v_claims jsonb;
  v_foreign text;
begin
  v_event := billing.note_deed('assigned', p_actor, p_provider, p_event_id, p_reason, '{unmatched}',
                               jsonb_build_object('portal_id', p_portal_id, 'payment_id', p_payment_id));
  select * into v_payment from billing.payment p
   where p.portal_id = p_portal_id and p.payment_id = p_payment_id and p.provider = p_provider;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  elsif v_payment.livemode <> v_event.livemode then
    perform trace.refuse('test_mode', jsonb_build_object('livemode', v_event.livemode));
  end if;
  select jsonb_object_agg(k.key, k.value) filter (where k.key in ('checkout', 'payment', 'charge', 'invoice', 'subscription', 'refund', 'dispute')),
         jsonb_agg(k.value) filter (where k.key = 'portal_id' and k.value <> p_portal_id::text)
    into v_ids, v_claims
    from jsonb_array_elements(v_event.detail -> 'evidence') e(x)
   cross join lateral jsonb_each_text(e.x -> 'ids') k;
  if v_ids is null then
    perform trace.refuse('event_state', jsonb_build_object('state', v_event.state, 'objects', 0));
  elsif v_claims is not null then
    perform trace.refuse('foreign_object', jsonb_build_object('portals', v_claims));
  end if;
  v_foreign := billing.bind_objects(p_portal_id, p_payment_id, p_provider, v_ids);
  if v_foreign is not null then
    perform trace.refuse('foreign_object', jsonb_build_object('object_id', v_foreign));
  end if;
  update billing.provider_event e
     set state = 'new', due_at = v_now, token = e.token + 1, tries = 0
   where e.provider = p_provider and e.event_id = p_event_id;
end
$$;
comment on function billing.assign_event(text, text, text, uuid, uuid, text) is
  'Directory. Says which payment an event belongs to that leads to none, and has it worked on again; who and why is kept.';
grant execute on function billing.assign_event(text, text, text, uuid, uuid, text) to whatsappb24_api;
