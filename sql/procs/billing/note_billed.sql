-- Reads billing events that were just kept, for the reconciliation: the message's keys, whether it was billable, as what and to
-- which country. What an event does not say, or says in a form that nobody documented, stays null. They are compared five minutes
-- later. For messaging.record_events(), in its transaction. p_portals, p_events: the keys of messaging.channel_event. Locks
-- nothing.
create or replace function billing.note_billed(p_portals uuid[], p_events uuid[]) returns void
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into billing.billed (
    portal_id, channel_event_id, channel_id, keys, is_billable, category, country, model, type, at, due_at)
  select e.portal_id, e.channel_event_id, e.channel_id,
         case jsonb_typeof(e.item -> 'keys') when 'object' then e.item -> 'keys' else '{}' end,
         case lower(d.said ->> 'billable') when 'true' then true when 'false' then false end,
         billing.said_category(d.said), messaging.country_of(e.item ->> 'destination'), left(d.said ->> 'model', 40), left(d.said ->> 'type', 40),
         least(case when pg_input_is_valid(e.item ->> 'at', 'timestamptz') then (e.item ->> 'at')::timestamptz end, v_now),
         v_now + interval '5 minutes'
    from unnest(p_portals, p_events) u(portal_id, channel_event_id)
    join messaging.channel_event e on e.portal_id = u.portal_id and e.channel_event_id = u.channel_event_id
   cross join lateral (
     select case jsonb_typeof(e.item -> 'deductions') when 'object' then e.item -> 'deductions' else '{}' end as said) d;
  insert into billing.reconciliation (portal_id, before)
  select distinct u.portal_id, v_now - interval '1 hour' from unnest(p_portals) u(portal_id) order by 1
  on conflict (portal_id) do nothing;
end
$$;
comment on function billing.note_billed(uuid[], uuid[]) is
  'Internal, batch. Reads billing events that were just kept, for the reconciliation.';
