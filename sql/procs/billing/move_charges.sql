-- Moves charges along their published transitions when evidence about their messages arrives.
-- For messaging.climb(), in its transaction. p_items: [{portal_id, message_id, event}], one a message, event capture,
-- release or reverse; an event that does not apply changes nothing, so that evidence may come late and twice. A message
-- without a charge is passed over. Returns how many moved. Locks the charges in the order of their key.
create or replace function billing.move_charges(p_items jsonb) returns int
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  perform 1
    from billing.charge c
    join (select distinct i.portal_id, i.message_id
            from jsonb_to_recordset(p_items) i(portal_id uuid, message_id uuid)) k
      on k.portal_id = c.portal_id and k.message_id = c.message_id
   order by c.portal_id, c.message_id
     for update of c;
  update billing.charge c
     set state = t.to_state, n = c.n + 1, changed_at = v_now,
         held = case t.to_state when 'held' then c.held else 0 end
    from jsonb_to_recordset(p_items) i(portal_id uuid, message_id uuid, event text)
    join billing.charge_transition t on t.event = i.event
   where c.portal_id = i.portal_id and c.message_id = i.message_id and t.from_state = c.state;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.move_charges(jsonb) is
  'Internal, batch. Captures, releases or reverses charges by their transition table; what does not apply changes nothing.';
