-- Takes what the other side says about messages we sent, in any order, as often as it likes.
-- For the webhook door. p_items: JSON array of {portal_id, channel_id, event (enqueued, sent, delivered, read, failed,
-- deleted, mismatch), keys {gs, wa}, destination, code, reason, policy, alias {wa_id, phone}, pricing, at, raw,
-- doubts}. A receipt is matched by gs, then wa; one that names no message of ours yet is parked for 24 h and applied
-- by the settle that brings its id, or by apply_parked. A failure 131026 is held back 5 s, because a delivery may
-- contradict it. What the ladder does not list (deleted, a late sent) moves nothing and is kept as evidence.
-- Returns a row per item: applied (its message moved), kept (evidence only), parked, held, noted (mismatch),
-- quarantined or rejected (it names no channel). Raises WB400 malformed_call.
-- Locks alias -> contact -> lane (where it may be blocked) -> message -> charge -> wallet, each sorted by its key.
create or replace function messaging.apply_receipts(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, outcome text, reason text, message_id uuid)
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
  v_rows messaging.reporting[];
  v_raw_ids uuid[];
  v_moves jsonb;
  v_moved uuid[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select array_agg(r order by r.item) into v_rows from messaging.read_receipts(p_items) r;
  if v_rows is null then
    return;
  end if;
  select messaging.keep_raw(p_raw, array_agg(r.raw order by r.item), array_agg('gupshup'::text),
           array_agg(r.portal_id order by r.item), array_agg(r.channel_id order by r.item))
    into v_raw_ids
    from unnest(v_rows) r
   where r.outcome is distinct from 'rejected';

  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  select distinct on (r.portal_id, r.wa) r.portal_id, 'wa', r.wa, r.message_id, v_now
    from unnest(v_rows) r
   where r.outcome is null and r.message_id is not null and r.wa is not null
   order by r.portal_id, r.wa, r.item
  on conflict (portal_id, kind, key) do nothing;

  perform messaging.note_mismatch(n.portal_id, n.phone, n.wa_id)
    from (select distinct r.portal_id, r.alias ->> 'phone' as phone, r.alias ->> 'wa_id' as wa_id
            from unnest(v_rows) r where r.outcome = 'noted' order by 1, 2, 3) n;

  insert into messaging.parked_receipt (portal_id, parked_id, channel_id, gs_key, wa_key, destination, message_id, apply_at, expires_at, item)
  select r.portal_id, tenancy.new_id(), r.channel_id, r.gs, r.wa, r.destination,
         r.message_id, case when r.outcome = 'held' then v_now + interval '5 seconds' else 'infinity' end,
         v_now + interval '24 hours',
         (p_items -> (r.item - 1)) - 'raw_id' || jsonb_strip_nulls(jsonb_build_object('raw_id', v_raw_ids[r.raw]))
    from unnest(v_rows) r
   where r.outcome in ('parked', 'held');

  v_moves := messaging.climb_and_leave(array_agg(row(
      r.item, r.portal_id, r.channel_id, r.message_id, r.event, r.said_at, r.code, r.said, r.policy,
      nullif(jsonb_strip_nulls(jsonb_build_object('pricing', r.pricing)), '{}'), v_raw_ids[r.raw], r.turn)::messaging.evidence))
    from (select x.*, row_number() over (partition by x.portal_id, x.message_id order by x.item)::int as turn
            from unnest(v_rows) x where x.outcome is null) r;
  v_moved := array(select distinct m.message_id from jsonb_to_recordset(v_moves) m(message_id uuid));

  perform messaging.trouble_channel(f.portal_id, f.channel_id, f.code)
    from (select distinct r.portal_id, r.channel_id, r.code from unnest(v_rows) r
           where r.outcome is null and r.event = 'failed' and r.policy = 'fix' and r.message_id = any (v_moved)
           order by 1, 2, 3) f;

  insert into messaging.quarantined (portal_id, quarantined_id, channel_id, door, reason, item, raw_id)
  select r.portal_id, tenancy.new_id(), r.channel_id, 'gupshup', r.trouble, p_items -> (r.item - 1), v_raw_ids[r.raw]
    from unnest(v_rows) r
   where r.outcome = 'quarantined'
  on conflict (portal_id, fingerprint) do nothing;

  perform messaging.charge_moves(v_moves);
  return query
    select r.item, coalesce(r.outcome, case when r.message_id = any (v_moved) then 'applied' else 'kept' end), r.trouble, r.message_id
      from unnest(v_rows) r
     order by r.item;
end
$$;
comment on function messaging.apply_receipts(jsonb, bytea[]) is
  'Batch. Takes statuses of sent messages in any order, moves messages only up the ladder, parks what it cannot match; a row per item.';
grant execute on function messaging.apply_receipts(jsonb, bytea[]) to whatsappb24_api;
