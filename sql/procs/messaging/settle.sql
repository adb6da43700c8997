-- Reports what became of attempts. For the worker, right after the other side answered (or did not).
-- p_items: JSON array of {portal_id, message_id, number, token, outcome, keys {gs, wa}, chat_id, session_id, code,
-- reason, policy, retry_after_s}. Outcomes: accepted (the other side has it), retry (nothing reached it), failed (it
-- refused; policy fix: the message waits while the channel needs attention), unknown (it may have it: the lane waits
-- 60 s for evidence, then moves on). An attempt's outcome is recorded however late; the token guards only the lane.
-- Of an attempt that was followed by another one, only accepted still moves the message.
-- retry is tried again after 2, 4, 8 … s (at most 10 min) with jitter, or after retry_after_s; a message to WhatsApp 12
-- times within 24 h, one to the portal for 24 h, then it is failed (exhausted).
-- Returns a row per item: recorded (what the outcome came to) and the message's state, or stale for an attempt that
-- does not exist or whose outcome is known. Raises WB400 malformed_call.
-- Locks alias -> conversation -> channel (fix only) -> lane -> message -> charge -> wallet, each sorted by its key.
create or replace function messaging.settle(p_items jsonb)
returns table (item int, recorded text, state text)
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
  v_rows messaging.settling[];
  v_moves jsonb;
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select array_agg(r) into v_rows from messaging.read_settling(p_items) r;

  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  select distinct r.portal_id, k.kind, k.key, r.message_id, v_now
    from unnest(v_rows) r
   cross join lateral jsonb_each_text(r.keys) k(kind, key)
   where r.recorded is not null and k.kind in ('gs', 'wa') and length(k.key) between 1 and 400
   order by 1, 2, 3
  on conflict (portal_id, kind, key) do nothing;

  perform 1
    from messaging.conversation c
    join (select distinct r.portal_id, r.conversation_id from unnest(v_rows) r where r.chat_id is not null) k
      on k.portal_id = c.portal_id and k.conversation_id = c.conversation_id
   order by c.portal_id, c.channel_id, c.contact_id
     for no key update of c;
  update messaging.conversation c
     set portal_chat_id = r.chat_id, session_id = coalesce(r.session_id, c.session_id)
    from (select distinct on (x.portal_id, x.conversation_id) x.* from unnest(v_rows) x
           where x.chat_id is not null order by x.portal_id, x.conversation_id, x.item desc) r
   where c.portal_id = r.portal_id and c.conversation_id = r.conversation_id
     and (c.portal_chat_id is distinct from r.chat_id or c.session_id is distinct from coalesce(r.session_id, c.session_id));

  perform messaging.trouble_channel(f.portal_id, f.channel_id, f.code)
    from (select distinct on (r.portal_id, r.channel_id) r.portal_id, r.channel_id, r.code
            from unnest(v_rows) r
           where r.recorded = 'fix' and not r.is_superseded
           order by r.portal_id, r.channel_id, r.item) f;
  -- After the channels' rows, as tenancy.set_crm_rule() takes them.
  perform messaging.begin_visits(array_agg(r.portal_id), array_agg(r.conversation_id))
    from (select distinct x.portal_id, x.conversation_id, x.channel_id from unnest(v_rows) x where x.session_id is not null) r
    join tenancy.crm_rule k on k.portal_id = r.portal_id and k.channel_id = r.channel_id and k.becomes <> 'portal'
  having count(*) > 0;

  perform 1
    from messaging.lane l
    join (select distinct r.portal_id, r.conversation_id, r.direction from unnest(v_rows) r where r.recorded is not null) k
      on k.portal_id = l.portal_id and k.conversation_id = l.conversation_id and k.direction = l.direction
   order by l.portal_id, l.conversation_id, l.direction
     for update of l;
  -- Read again: while we waited for the lanes, another report (an ended lease, a receipt) may have settled the same.
  select array_agg(r) into v_rows from messaging.read_settling(p_items) r;

  update messaging.attempt a
     set outcome = case r.recorded when 'fix' then 'retry' when 'exhausted' then 'failed' else r.recorded end,
         ended_at = coalesce(a.ended_at, v_now), code = coalesce(r.code, a.code),
         detail = coalesce(a.detail, '{}') || jsonb_strip_nulls(jsonb_build_object(
           'reason', r.reason, 'policy', r.policy, 'keys', nullif(r.keys, '{}'),
           'late', case when a.outcome is not null then true end))
    from unnest(v_rows) r
   where a.portal_id = r.portal_id and a.message_id = r.message_id and a.number = r.number and r.recorded is not null;

  select (select jsonb_agg(to_jsonb(c)) from messaging.climb(array_agg(row(
      r.item, r.portal_id, r.channel_id, r.message_id,
      case r.recorded
        when 'accepted' then case r.direction when 'in' then 'delivered' else 'submitted' end
        when 'retry' then 'return' when 'fix' then 'return'
        when 'unknown' then 'lose' else 'failed' end,
      v_now, case r.recorded when 'exhausted' then 'exhausted' else r.code end, r.reason, r.policy, null, null, r.turn)::messaging.evidence),
    false) c)
    into v_moves
    from (select x.*, row_number() over (partition by x.portal_id, x.message_id order by x.item)::int as turn
            from unnest(v_rows) x
           where x.recorded = 'accepted' or x.recorded is not null and not x.is_superseded) r
  having count(*) > 0;

  perform messaging.settle_lanes(v_rows);
  perform messaging.charge_moves(coalesce(v_moves, '[]') || messaging.apply_parked_of(v_rows));
  return query
    select r.item, coalesce(r.recorded, 'stale'), m.state
      from unnest(v_rows) r
      left join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id
     order by r.item;
end
$$;
comment on function messaging.settle(jsonb) is
  'Batch. Records the outcome of attempts (accepted, retry, failed, unknown) and moves message, lane and charge; a row per item.';
grant execute on function messaging.settle(jsonb) to whatsappb24_worker;
