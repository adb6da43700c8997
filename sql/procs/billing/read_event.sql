-- One event of a provider as it came, byte by byte (raw), with how it was proven, what became of it (detail), the payments it told of and
-- what staff did to it [{deed, actor, reason, detail, done_at}], oldest first. For staff (the caller is trusted). Raises WB404
-- unknown_event. Locks nothing.
create or replace function billing.read_event(p_provider text, p_event_id text)
returns table (
  provider text, event_id text, type text, version text, livemode boolean, state text, detail jsonb, proven_by text, tries int, seen int,
  created_at timestamptz, received_at timestamptz, due_at timestamptz, raw bytea, payments jsonb, deeds jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
    select e.provider, e.event_id, e.type, e.version, e.livemode, e.state, e.detail, e.proven_by, e.tries, e.seen, e.created_at, e.received_at,
           nullif(e.due_at, 'infinity'), e.raw,
           (select coalesce(jsonb_agg(jsonb_build_object('portal_id', k.portal_id, 'payment_id', k.payment_id, 'domain', t.domain)
                     order by k.payment_id), '[]')
              from billing.payment_event k
              join tenancy.portal t on t.portal_id = k.portal_id
             where k.provider = e.provider and k.event_id = e.event_id),
           (select coalesce(jsonb_agg(jsonb_build_object('deed', d.deed, 'actor', tenancy.actor_name(d.actor), 'reason', d.reason,
                     'detail', d.detail, 'done_at', d.done_at) order by d.deed_id), '[]')
              from billing.event_deed d
             where d.provider = e.provider and d.event_id = e.event_id)
      from billing.provider_event e
     where e.provider = p_provider and e.event_id = p_event_id;
  if not found then
    perform trace.refuse('unknown_event', jsonb_build_object('provider', left(p_provider, 20), 'event_id', left(p_event_id, 255)));
  end if;
end
$$;
comment on function billing.read_event(text, text) is
  'Directory. One event of a payment provider as it came, with what became of it and what staff did.';
grant execute on function billing.read_event(text, text) to whatsappb24_api;
