-- The steps that charges take by the items of billing.move_charges(): those that their transition table lists, at most two
-- a charge (event, then next). For billing.move_charges(), which holds the charges. Locks nothing.
create or replace function billing.read_moves(p_items jsonb) returns setof billing.moving
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  return query
    select c.portal_id, c.message_id, c.n + s.n, s.from_state, s.to_state, c.price::bigint, c.currency, c.channel_id, c.user_id, c.robot,
           c.spend_day
      from (select distinct on (x.portal_id, x.message_id) x.portal_id, x.message_id, x.event, x.next
              from rows from (jsonb_to_recordset(p_items) as (portal_id uuid, message_id uuid, event text, next text))
                   with ordinality x(portal_id, message_id, event, next, item)
             order by x.portal_id, x.message_id, x.item) i
      join billing.charge c on c.portal_id = i.portal_id and c.message_id = i.message_id
      left join billing.charge_transition f
        on f.from_state = c.state and f.event = case when i.event is not null then billing.charge_event(i.event, c.state, c) end
      left join billing.charge_transition g
        on g.from_state = coalesce(f.to_state, c.state)
       and g.event = case when i.next is not null then billing.charge_event(i.next, coalesce(f.to_state, c.state), c) end
     cross join lateral (values
       (1, f.from_state, f.to_state),
       (case when f.to_state is null then 1 else 2 end, g.from_state, g.to_state)) s(n, from_state, to_state)
     where s.to_state is not null;
end
$$;
comment on function billing.read_moves(jsonb) is
  'Internal, batch. The steps of their transition table that charges take by the given events.';
