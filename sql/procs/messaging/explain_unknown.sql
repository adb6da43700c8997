-- Lets parked receipts settle an unknown send, where they can only mean that one: of the attempts of the last 24 h
-- to this destination on this channel exactly one is open or unknown, it is unknown, it began at most ten minutes
-- before the receipts came, and they all name one message. Where two could be meant, nothing is guessed.
-- Returns {message_id, moves (for messaging.charge_moves())}, or null. Locks lane -> alias -> message.
create or replace function messaging.explain_unknown(p_portal_id uuid, p_channel_id uuid, p_destination text) returns jsonb
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
  v_lanes uuid[];
  v_attempt record;
  v_keys record;
  v_moves jsonb;
begin
  select array_agg(k.conversation_id) into v_lanes
    from (
      select l.conversation_id
        from messaging.lane l
       where l.portal_id = p_portal_id and l.direction = 'out' and l.channel_id = p_channel_id
         and l.conversation_id in (
           select c.conversation_id from messaging.conversation c
             join messaging.identifier f on f.portal_id = c.portal_id and f.contact_id = c.contact_id
            where c.portal_id = p_portal_id and c.channel_id = p_channel_id and f.value = p_destination
              and f.kind in ('wa', 'bsuid', 'alias'))
       order by l.conversation_id
         for update) k;
  select count(*) as n, min(a.message_id::text)::uuid as message_id, min(a.began_at) as began_at,
         min(a.number) as number, bool_and(a.outcome = 'unknown' and m.state = 'unknown') as is_unknown
    into v_attempt
    from messaging.attempt a
    join messaging.message m on m.portal_id = a.portal_id and m.message_id = a.message_id
   where a.portal_id = p_portal_id and a.channel_id = p_channel_id and a.direction = 'out'
     and (a.outcome is null or a.outcome = 'unknown') and a.began_at > v_now - interval '24 hours'
     and a.conversation_id = any (v_lanes) and m.state in ('sending', 'unknown');
  if v_attempt.n <> 1 or not coalesce(v_attempt.is_unknown, false) then
    return null;
  end if;
  select count(distinct p.gs_key) as gs_count, min(p.gs_key) as gs, array_agg(p.parked_id) as ids,
         count(*) filter (where p.gs_key is null) as nameless
    into v_keys
    from messaging.parked_receipt p
   where p.portal_id = p_portal_id and p.channel_id = p_channel_id and p.destination = p_destination and p.message_id is null
     and tenancy.id_time(p.parked_id) between v_attempt.began_at - interval '1 second' and v_attempt.began_at + interval '10 minutes'
     and not exists (select from messaging.alias a where a.portal_id = p.portal_id and a.kind = 'gs' and a.key = p.gs_key);
  if v_keys.gs_count <> 1 or v_keys.nameless > 0 then
    return null;
  end if;
  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  values (p_portal_id, 'gs', v_keys.gs, v_attempt.message_id, v_now)
  on conflict (portal_id, kind, key) do nothing;
  update messaging.attempt a
     set outcome = 'accepted', detail = coalesce(a.detail, '{}') || jsonb_build_object('settled_by', 'receipt')
   where a.portal_id = p_portal_id and a.message_id = v_attempt.message_id and a.number = v_attempt.number;
  -- The provider speaks of it, so he has it, whatever he says about it: the message is not unknown any more.
  v_moves := messaging.climb_and_leave(array[row(
    1, p_portal_id, p_channel_id, v_attempt.message_id, 'submitted', v_now, null, null, null,
    jsonb_build_object('settled_by', 'receipt'), null, 1)::messaging.evidence]);
  v_moves := v_moves || (messaging.apply_parked_ids(
    array_fill(p_portal_id, array[cardinality(v_keys.ids)]), array_fill(v_attempt.message_id, array[cardinality(v_keys.ids)]),
    v_keys.ids) -> 'moves');
  return jsonb_build_object('message_id', v_attempt.message_id, 'moves', v_moves);
end
$$;
comment on function messaging.explain_unknown(uuid, uuid, text) is
  'Internal. Settles an unknown send by parked receipts where they can only mean that one; returns it and the moves, or null.';
