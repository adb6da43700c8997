-- Says that an event that belongs to nothing of ours, or failed, needs nothing: it is worked on no more. Who and why is kept; it may be
-- replayed later. For staff (the caller is trusted). Raises WB400 malformed_call, WB404 unknown_event, WB409 event_state. Locks the event.
create or replace function billing.dismiss_event(p_actor text, p_provider text, p_event_id text, p_reason text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform billing.note_deed('dismissed', p_actor, p_provider, p_event_id, p_reason, '{unmatched,failed}', '{}');
  update billing.provider_event e
     set state = 'dismissed', due_at = 'infinity', token = e.token + 1, settled_at = v_now
   where e.provider = p_provider and e.event_id = p_event_id;
end
$$;
comment on function billing.dismiss_event(text, text, text, text) is
  'Directory. Says that an event of a payment provider needs nothing; who and why is kept.';
grant execute on function billing.dismiss_event(text, text, text, text) to whatsappb24_api;
