-- After a settle: applies the receipts that came before the ids it brought, and lets receipts that can only mean an
-- unknown send settle it. The caller holds the lanes. Returns the moves, for messaging.charge_moves().
-- Locks alias -> message.
create or replace function messaging.apply_parked_of(p_rows messaging.settling[]) returns jsonb
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_moves jsonb;
  v_more jsonb;
begin
  select messaging.apply_parked_ids(array_agg(k.portal_id), array_agg(k.message_id), array_agg(k.parked_id)) -> 'moves'
    into v_moves
    from (
      select distinct on (r.portal_id, p.parked_id) r.portal_id, r.message_id, p.parked_id
        from unnest(p_rows) r
       cross join lateral (values ('gs', r.keys ->> 'gs'), ('wa', r.keys ->> 'wa')) i(kind, key)
       cross join lateral (
         select g.parked_id, g.message_id from messaging.parked_receipt g
          where i.kind = 'gs' and g.portal_id = r.portal_id and g.gs_key = i.key
         union all
         select w.parked_id, w.message_id from messaging.parked_receipt w
          where i.kind = 'wa' and w.portal_id = r.portal_id and w.wa_key = i.key) p
       where r.recorded = 'accepted' and p.message_id is null
       order by r.portal_id, p.parked_id, i.kind) k
  having count(*) > 0;
  select jsonb_agg(m.move)
    into v_more
    from (
      select distinct r.portal_id, r.channel_id, p.destination
        from unnest(p_rows) r
        join messaging.conversation c on c.portal_id = r.portal_id and c.conversation_id = r.conversation_id
        join messaging.identifier f on f.portal_id = c.portal_id and f.contact_id = c.contact_id
        join messaging.parked_receipt p on p.portal_id = r.portal_id and p.channel_id = r.channel_id and p.destination = f.value
       where r.recorded = 'unknown' and r.direction = 'out' and p.message_id is null
       order by 1, 2, 3) k
   cross join lateral jsonb_array_elements(messaging.explain_unknown(k.portal_id, k.channel_id, k.destination) -> 'moves') m(move);
  return coalesce(v_moves, '[]') || coalesce(v_more, '[]');
end
$$;
comment on function messaging.apply_parked_of(messaging.settling[]) is
  'Internal, batch. Applies parked receipts that settled attempts now explain.';
