-- Gives parked receipts their message: held-back failures that are due now, receipts whose id became known while
-- they were being parked, and receipts that can only mean an unknown send. Then forgets what nobody claimed for
-- 24 h (the raw bytes stay). For the worker's round. One runner at a time. Returns how many were applied.
-- Only the newest (15 minutes) and the oldest (about to be forgotten) are looked at, so that receipts of messages
-- that were never ours cost nothing. Locks alias -> lane -> message, each sorted by its key; then, for
-- each unknown send, again as explain_unknown; charge -> wallet at the end.
create or replace function messaging.apply_parked(p_limit int default 500) returns int
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
  v_done jsonb;
  v_matched int;
  v_moves jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('messaging.apply_parked', 0));
  with due as (
    select x.portal_id, x.parked_id, x.message_id
      from messaging.parked_receipt x
     where x.apply_at <= v_now and x.apply_at < 'infinity'
     order by x.apply_at limit p_limit),
  named as (
    select x.portal_id, x.parked_id, a.message_id
      from messaging.parked_receipt x
     cross join lateral (values ('gs', x.gs_key), ('wa', x.wa_key)) i(kind, key)
      join messaging.alias a on a.portal_id = x.portal_id and a.kind = i.kind and a.key = i.key
     where (x.expires_at > v_now + interval '23 hours 45 minutes' or x.expires_at <= v_now) and x.message_id is null
     order by x.expires_at limit p_limit)
  select messaging.apply_parked_ids(array_agg(k.portal_id), array_agg(k.message_id), array_agg(k.parked_id))
    into v_done
    from (select due.* from due
          union
          select distinct on (named.portal_id, named.parked_id) named.* from named) k;
  select count(distinct e.explained -> 'message_id'), coalesce(jsonb_agg(m.move) filter (where m.move is not null), '[]')
    into v_matched, v_moves
    from (
      select distinct x.portal_id, x.channel_id, x.destination
        from messaging.parked_receipt x
       where x.expires_at > v_now + interval '23 hours 45 minutes' and x.message_id is null and x.destination is not null
         and exists (select from messaging.attempt a
                      where a.portal_id = x.portal_id and a.channel_id = x.channel_id
                        and a.began_at > v_now - interval '15 minutes' and (a.outcome is null or a.outcome = 'unknown'))
       order by 1, 2, 3 limit p_limit) k
   cross join lateral (select messaging.explain_unknown(k.portal_id, k.channel_id, k.destination) as explained) e
    left join lateral jsonb_array_elements(e.explained -> 'moves') m(move) on true;
  delete from messaging.parked_receipt p
   where p.expires_at <= v_now and p.apply_at = 'infinity';
  perform messaging.charge_moves((v_done -> 'moves') || v_moves);
  return (v_done ->> 'applied')::int + v_matched;
end
$$;
comment on function messaging.apply_parked(int) is
  'Platform. Applies parked receipts whose message is known now and held-back failures that are due; forgets the rest after 24 h; returns how many.';
grant execute on function messaging.apply_parked(int) to whatsappb24_worker;
