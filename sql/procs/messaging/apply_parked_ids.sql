-- Applies parked receipts to the message they turned out to speak of, in the order in which they came, and takes
-- them off the parking place. Locks alias -> lane -> message -> charge.
create or replace function messaging.apply_parked_ids(p_portal_id uuid, p_message_id uuid, p_parked uuid[]) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_evidence messaging.evidence[];
begin
  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  select distinct p.portal_id, 'wa', p.wa_key, p_message_id, v_now
    from messaging.parked_receipt p
   where p.portal_id = p_portal_id and p.parked_id = any (p_parked) and p.wa_key is not null
   order by 3
  on conflict (portal_id, kind, key) do nothing;
  perform 1
    from messaging.lane l
    join messaging.message m on m.portal_id = l.portal_id and m.conversation_id = l.conversation_id and m.direction = l.direction
   where m.portal_id = p_portal_id and m.message_id = p_message_id
     for update of l;
  with taken as (
    delete from messaging.parked_receipt p
     where p.portal_id = p_portal_id and p.parked_id = any (p_parked)
    returning p.*)
  select array_agg(row(
           1, t.portal_id, t.channel_id, p_message_id, t.item ->> 'event',
           coalesce((t.item ->> 'at')::timestamptz, tenancy.id_time(t.parked_id)), left(t.item ->> 'code', 100),
           left(t.item ->> 'reason', 500), t.item ->> 'policy',
           nullif(jsonb_strip_nulls(jsonb_build_object('pricing', t.item -> 'pricing')), '{}'), null, t.turn)::messaging.evidence)
    into v_evidence
    from (select taken.*, row_number() over (order by taken.parked_id)::int as turn from taken) t;
  perform messaging.climb_and_leave(v_evidence);
  return coalesce(cardinality(v_evidence), 0);
end
$$;
comment on function messaging.apply_parked_ids(uuid, uuid, uuid[]) is
  'Tenant. Applies parked receipts to the message they speak of, in order of arrival; returns how many.';
