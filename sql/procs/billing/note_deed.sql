-- Keeps what a member of staff is about to do to an event, and why; the event is locked from then on. p_states: in which it may be done.
-- For billing.replay_event(), billing.assign_event(), billing.dismiss_event(). Returns the event as it is. Raises WB400 malformed_call,
-- WB404 unknown_event, WB409 event_state. Locks the event.
create or replace function billing.note_deed(
  p_deed text, p_actor text, p_provider text, p_event_id text, p_reason text, p_states text[], p_detail jsonb) returns billing.provider_event
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_event billing.provider_event;
begin
  if coalesce(p_actor, '') = '' or coalesce(length(p_reason), 0) not between 3 and 500 then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_reason"}');
  end if;
  select * into v_event from billing.provider_event e where e.provider = p_provider and e.event_id = p_event_id for update;
  if not found then
    perform trace.refuse('unknown_event', jsonb_build_object('provider', left(p_provider, 20), 'event_id', left(p_event_id, 255)));
  elsif v_event.state <> all (p_states) then
    perform trace.refuse('event_state', jsonb_build_object('state', v_event.state));
  end if;
  insert into billing.event_deed (deed_id, provider, event_id, deed, actor, reason, detail, done_at)
  values (tenancy.new_id(), p_provider, p_event_id, p_deed, p_actor, p_reason, p_detail || jsonb_build_object('was', v_event.state), v_now);
  return v_event;
end
$$;
comment on function billing.note_deed(text, text, text, text, text, text[], jsonb) is
  'Internal. Keeps what a member of staff does to an event of a payment provider, and why.';
