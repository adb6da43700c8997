-- Has an event worked on again, now, whatever became of it. For staff (the caller is trusted); who and why is kept. What it says is booked
-- once however often it is replayed. Raises WB400 malformed_call, WB404 unknown_event. Locks the event.
create or replace function billing.replay_event(p_actor text, p_provider text, p_event_id text, p_reason text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform billing.note_deed('replayed', p_actor, p_provider, p_event_id, p_reason,
                            '{new,processed,ignored,unmatched,failed,dismissed}', '{}');
  update billing.provider_event e
     set state = 'new', due_at = v_now, token = e.token + 1, tries = 0
   where e.provider = p_provider and e.event_id = p_event_id;
end
$$;
comment on function billing.replay_event(text, text, text, text) is
  'Directory. Has an event of a payment provider worked on again; who and why is kept.';
grant execute on function billing.replay_event(text, text, text, text) to whatsappb24_api;
