-- After a settle: applies the receipts that came before the ids it brought, and lets receipts that can only mean an
-- unknown send settle it. Locks as the functions it calls, message by message in the order of their key.
create or replace function messaging.apply_parked_of(p_rows messaging.settling[]) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform messaging.apply_parked_ids(k.portal_id, k.message_id, k.ids)
    from (
      select r.portal_id, r.message_id, array_agg(distinct p.parked_id) as ids
        from unnest(p_rows) r
        join messaging.parked_receipt p
          on p.portal_id = r.portal_id and p.message_id is null
         and (p.gs_key = r.keys ->> 'gs' or p.wa_key = r.keys ->> 'wa')
       where r.recorded = 'accepted'
       group by r.portal_id, r.message_id
       order by r.portal_id, r.message_id) k;
  perform messaging.match_unknown(k.portal_id, k.channel_id, k.destination)
    from (
      select distinct r.portal_id, r.channel_id, p.destination
        from unnest(p_rows) r
        join messaging.conversation c on c.portal_id = r.portal_id and c.conversation_id = r.conversation_id
        join messaging.identifier f on f.portal_id = c.portal_id and f.contact_id = c.contact_id
        join messaging.parked_receipt p on p.portal_id = r.portal_id and p.channel_id = r.channel_id and p.destination = f.value
       where r.recorded = 'unknown' and r.direction = 'out' and p.message_id is null
       order by 1, 2, 3) k;
end
$$;
comment on function messaging.apply_parked_of(messaging.settling[]) is
  'Internal, batch. Applies parked receipts that settled attempts now explain.';
