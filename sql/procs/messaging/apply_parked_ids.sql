-- Applies parked receipts to the messages they turned out to speak of, each message's in the order in which they
-- came, and takes them off the parking place. The arrays are parallel: receipt p_parked[i] speaks of p_messages[i].
-- A receipt that is no longer parked is passed over. Returns {applied: how many, moves: for messaging.charge_moves()}.
-- Locks alias -> lane (where it may be blocked) -> message, each sorted by its key.
create or replace function messaging.apply_parked_ids(p_portals uuid[], p_messages uuid[], p_parked uuid[]) returns jsonb
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_evidence messaging.evidence[];
begin
  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  select distinct on (p.portal_id, p.wa_key) p.portal_id, 'wa', p.wa_key, u.message_id, v_now
    from unnest(p_portals, p_messages, p_parked) u(portal_id, message_id, parked_id)
    join messaging.parked_receipt p on p.portal_id = u.portal_id and p.parked_id = u.parked_id
   where p.wa_key is not null
   order by p.portal_id, p.wa_key, p.parked_id
  on conflict (portal_id, kind, key) do nothing;
  with taken as (
    delete from messaging.parked_receipt p
     using unnest(p_portals, p_messages, p_parked) u(portal_id, message_id, parked_id)
     where p.portal_id = u.portal_id and p.parked_id = u.parked_id
    returning p.portal_id, p.parked_id, p.channel_id, p.item, u.message_id as speaks_of)
  select array_agg(row(
           1, t.portal_id, t.channel_id, t.speaks_of, t.item ->> 'event',
           coalesce((t.item ->> 'at')::timestamptz, tenancy.id_time(t.parked_id)), left(t.item ->> 'code', 100),
           left(t.item ->> 'reason', 500), t.item ->> 'policy',
           nullif(jsonb_strip_nulls(jsonb_build_object('pricing', t.item -> 'pricing')), '{}'),
           (t.item ->> 'raw_id')::uuid, t.turn)::messaging.evidence)
    into v_evidence
    from (select taken.*, row_number() over (partition by taken.portal_id, taken.speaks_of order by taken.parked_id)::int as turn
            from taken) t;
  return jsonb_build_object(
    'applied', coalesce(cardinality(v_evidence), 0), 'moves', messaging.climb_and_leave(v_evidence));
end
$$;
comment on function messaging.apply_parked_ids(uuid[], uuid[], uuid[]) is
  'Internal, batch. Applies parked receipts to the messages they speak of, in order of arrival; returns how many, and the moves.';
