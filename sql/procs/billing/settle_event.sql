-- Says what became of a claimed event: processed, ignored (does not concern us), unmatched (belongs to nothing of ours, yet) or
-- failed (could not be worked on now). The last two are tried again, later each time (1, 2, 4 … minutes, at most 6 h), for three
-- days; then they rest where staff see them. p_token: of the claim; with an older one, or for an event that has
-- ended, nothing changes. Returns the event's state. Raises WB400 malformed_call, WB404 unknown_event. Locks the event.
create or replace function billing.settle_event(p_provider text, p_event_id text, p_token bigint, p_outcome text, p_detail jsonb default '{}')
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_event billing.provider_event;
begin
  if coalesce(p_outcome, '') not in ('processed', 'ignored', 'unmatched', 'failed') then
    perform trace.refuse('malformed_call', '{"argument": "p_outcome"}');
  end if;
  select * into v_event from billing.provider_event e where e.provider = p_provider and e.event_id = p_event_id for update;
  if not found then
    perform trace.refuse('unknown_event', jsonb_build_object('provider', p_provider, 'event_id', left(p_event_id, 255)));
  end if;
  if v_event.token is distinct from p_token or v_event.state in ('processed', 'ignored', 'dismissed') then
    return v_event.state;
  end if;
  update billing.provider_event e
     set state = p_outcome, detail = coalesce(p_detail, '{}'), settled_at = v_now,
         due_at = case
           when p_outcome in ('processed', 'ignored') or e.received_at < v_now - interval '3 days' then 'infinity'
           else v_now + least(interval '1 minute' * power(2, least(e.tries - 1, 10)), interval '6 hours') end
   where e.provider = p_provider and e.event_id = p_event_id;
  return p_outcome;
end
$$;
comment on function billing.settle_event(text, text, bigint, text, jsonb) is
  'Directory. Says what became of a claimed event: processed, ignored, unmatched or failed (tried again for three days).';
grant execute on function billing.settle_event(text, text, bigint, text, jsonb) to whatsappb24_worker;
