-- Has an event worked on again, now. For staff (the caller is trusted). What it says is booked once however often it is replayed.
-- Raises WB404 unknown_event. Locks the event.
create or replace function billing.replay_event(p_actor text, p_provider text, p_event_id text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  update billing.provider_event e
     set state = 'new', due_at = v_now, token = e.token + 1, tries = 0, detail = e.detail || jsonb_build_object('replayed_by', p_actor)
   where e.provider = p_provider and e.event_id = p_event_id;
  if not found then
    perform trace.refuse('unknown_event', jsonb_build_object('provider', p_provider, 'event_id', left(p_event_id, 255)));
  end if;
end
$$;
comment on function billing.replay_event(text, text, text) is 'Directory. Has an event of a payment provider worked on again.';
grant execute on function billing.replay_event(text, text, text) to whatsappb24_api;
