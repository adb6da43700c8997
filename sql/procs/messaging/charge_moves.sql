-- Tells the charges what their messages reached: they are captured or released, and the wallets pay. The last step of
-- every function that moves messages, because nothing may be waited for behind a wallet. p_moves: [{portal_id, message_id,
-- to_state}], rows of messaging.climb(), null for none. What was sent is captured even where it failed in the same
-- call: as it would be, had the events come one by one. Locks charge -> wallet, each sorted by its key.
create or replace function messaging.charge_moves(p_moves jsonb) returns void
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  perform billing.move_charges(jsonb_agg(jsonb_build_object(
      'portal_id', x.portal_id, 'message_id', x.message_id, 'event', x.reached, 'next', x.ended)))
    from (select v.portal_id, v.message_id, (array_agg(s.state order by s.rank desc) filter (where s.outcome = 'done'))[1] as reached,
                 max(m.state) filter (where m.state in ('failed', 'expired', 'refused') and m.state = v.to_state) as ended
            from jsonb_to_recordset(p_moves) v(portal_id uuid, message_id uuid, to_state text)
            join messaging.message m on m.portal_id = v.portal_id and m.message_id = v.message_id and m.direction = 'out'
            join messaging.message_state s on s.state = v.to_state
           group by v.portal_id, v.message_id) x
   where x.reached is not null or x.ended is not null
  having count(*) > 0;
end
$$;
comment on function messaging.charge_moves(jsonb) is
  'Internal, batch. Captures or releases the charges of messages that moved.';
