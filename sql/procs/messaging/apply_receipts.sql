-- Takes what the other side says about messages we sent, in any order, as often as it likes.
-- For the webhook door. p_items: JSON array of {portal_id, channel_id, event (enqueued, sent, delivered, read, failed,
-- deleted, mismatch), keys {gs, wa}, destination, code, reason, policy, alias {wa_id, phone}, pricing, at, raw,
-- doubts}. A receipt is matched by gs, then wa; one that names no message of ours yet is parked for 24 h and applied
-- by the settle that brings its id. A failure 131026 is held back 5 s, because a delivery may contradict it.
-- Returns a row per item: applied (moved the message), kept (evidence only), parked, held, noted (mismatch),
-- quarantined or rejected. Raises WB400 malformed_call. Locks alias -> lane (of unknown ones) -> message -> charge.
create or replace function messaging.apply_receipts(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, outcome text, reason text, message_id uuid)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows messaging.reporting[];
  v_raw_ids uuid[];
  v_moved uuid[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select array_agg(tenancy.new_id() order by b.i) into v_raw_ids from generate_series(1, cardinality(p_raw)) b(i);
  select array_agg(r order by r.item) into v_rows from messaging.read_receipts(p_items) r;
  if v_rows is null then
    return;
  end if;
  perform messaging.keep_raw('gupshup', v_raw_ids,
    array(select (select r.portal_id from unnest(v_rows) r where r.raw = b.i limit 1) from generate_series(1, cardinality(p_raw)) b(i) order by b.i),
    array(select (select r.channel_id from unnest(v_rows) r where r.raw = b.i limit 1) from generate_series(1, cardinality(p_raw)) b(i) order by b.i),
    p_raw);

  perform messaging.note_mismatch(r.portal_id, r.alias ->> 'phone', r.alias ->> 'wa_id')
    from unnest(v_rows) r
   where r.outcome = 'noted'
   order by r.portal_id, r.alias ->> 'phone';

  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  select distinct on (r.portal_id, r.wa) r.portal_id, 'wa', r.wa, r.message_id, v_now
    from unnest(v_rows) r
   where r.outcome is null and r.message_id is not null and r.wa is not null
   order by r.portal_id, r.wa, r.item
  on conflict (portal_id, kind, key) do nothing;

  insert into messaging.parked_receipt (portal_id, parked_id, channel_id, gs_key, wa_key, destination, message_id, apply_at, expires_at, item)
  select r.portal_id, tenancy.new_id(), r.channel_id, r.gs, r.wa, r.destination,
         r.message_id, case when r.outcome = 'held' then v_now + interval '5 seconds' else 'infinity' end,
         v_now + interval '24 hours', p_items -> (r.item - 1)
    from unnest(v_rows) r
   where r.outcome in ('parked', 'held');

  perform 1
    from messaging.lane l
    join (select distinct m.portal_id, m.conversation_id, m.direction
            from unnest(v_rows) r
            join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id and m.state = 'unknown') k
      on k.portal_id = l.portal_id and k.conversation_id = l.conversation_id and k.direction = l.direction
   order by l.portal_id, l.conversation_id, l.direction
     for update of l;

  v_moved := messaging.climb_and_leave(array_agg(row(
      r.item, r.portal_id, r.channel_id, r.message_id, r.event, r.said_at, r.code, r.said, r.policy,
      nullif(jsonb_strip_nulls(jsonb_build_object('pricing', r.pricing)), '{}'), v_raw_ids[r.raw], r.turn)::messaging.evidence))
    from (select x.*, row_number() over (partition by x.portal_id, x.message_id order by x.item)::int as turn
            from unnest(v_rows) x where x.outcome is null) r;

  perform messaging.trouble_channel(f.portal_id, f.channel_id, f.code)
    from (select distinct r.portal_id, r.channel_id, r.code from unnest(v_rows) r
           where r.outcome is null and r.event = 'failed' and r.policy = 'fix' and r.message_id = any (v_moved)
           order by 1, 2) f;
  perform messaging.match_unknown(k.portal_id, k.channel_id, k.destination)
    from (select distinct r.portal_id, r.channel_id, r.destination from unnest(v_rows) r
           where r.outcome = 'parked' and r.destination is not null order by 1, 2, 3) k;

  insert into messaging.quarantined (portal_id, quarantined_id, channel_id, door, reason, item, raw_id)
  select r.portal_id, tenancy.new_id(), r.channel_id, 'gupshup', r.trouble, p_items -> (r.item - 1), v_raw_ids[r.raw]
    from unnest(v_rows) r
   where r.outcome = 'quarantined';

  return query
    select r.item, coalesce(r.outcome, case when r.message_id = any (v_moved) then 'applied' else 'kept' end), r.trouble, r.message_id
      from unnest(v_rows) r
     order by r.item;
end
$$;
comment on function messaging.apply_receipts(jsonb, bytea[]) is
  'Batch. Takes statuses of sent messages in any order, moves messages only up the ladder, parks what it cannot match; a row per item.';
grant execute on function messaging.apply_receipts(jsonb, bytea[]) to whatsappb24_api;
