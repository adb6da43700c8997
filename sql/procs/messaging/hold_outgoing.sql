-- Holds the price of what may be sent; a message that its portal cannot pay for is refused with the reason and the
-- figures, and one to a customer who shows no number with no_number: WhatsApp's messages are sent to numbers. A template costs what its category costs, all else is service. For submit(), after decide_outgoing(). A robot's messages count for the robot, all others for their author.
-- Returns the rows. Locks lane -> allowance -> charge -> wallet, each sorted by its key.
create or replace function messaging.hold_outgoing(p_rows messaging.outgoing[]) returns messaging.outgoing[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_items jsonb;
  v_outcomes text[];
  v_reasons text[];
  v_details jsonb[];
  v_places int[];
  v_hidden int[];
  v_place int;
  v_rows messaging.outgoing[] := p_rows;
begin
  select jsonb_agg(jsonb_build_object(
           'portal_id', r.portal_id, 'message_id', r.message_id, 'channel_id', r.channel_id, 'direction', 'out',
           'category', case when r.kind = 'template' then r.payload -> 'template' ->> 'category' else 'service' end,
           'country', messaging.country_of(f.value), 'user_id', case when r.source <> 'robot' then r.author end,
           'robot', case when r.source = 'robot' then coalesce(r.payload ->> 'robot', '*') end) order by r.ordinality) filter (where f.value is not null),
         array_agg(r.ordinality::int order by r.ordinality) filter (where f.value is not null),
         array_agg(r.ordinality::int) filter (where f.value is null)
    into v_items, v_places, v_hidden
    from unnest(p_rows) with ordinality r
    join messaging.conversation v on v.portal_id = r.portal_id and v.conversation_id = r.conversation_id
    left join lateral (
      select i.value from messaging.identifier i
       where i.portal_id = v.portal_id and i.contact_id = v.contact_id and i.kind = 'wa'
       order by i.created_at desc limit 1) f on true
   where r.outcome = 'accepted';
  foreach v_place in array coalesce(v_hidden, '{}')
  loop
    v_rows[v_place].outcome := 'refused';
    v_rows[v_place].reason := 'no_number';
  end loop;
  if v_items is null then
    return v_rows;
  end if;
  perform messaging.lock_lanes('out', p_rows);
  select array_agg(h.outcome order by h.item), array_agg(h.reason order by h.item), array_agg(h.detail order by h.item)
    into v_outcomes, v_reasons, v_details
    from billing.hold(v_items) h;
  for v_i in 1 .. cardinality(v_places)
  loop
    if v_outcomes[v_i] = 'refused' then
      v_rows[v_places[v_i]].outcome := 'refused';
      v_rows[v_places[v_i]].reason := v_reasons[v_i];
      v_rows[v_places[v_i]].detail := v_details[v_i];
    end if;
  end loop;
  return v_rows;
end
$$;
comment on function messaging.hold_outgoing(messaging.outgoing[]) is
  'Internal, batch. Holds the price of each accepted message, or refuses it.';
