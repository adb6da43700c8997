-- Moves charges along their published transitions when evidence about their messages arrives, and the money with them.
-- For messaging.climb(), in its transaction. p_items: [{portal_id, message_id, event, next}], one a message. event and
-- next (decided after it) are capture, release, reverse, or what the message reached: submitted, enqueued, sent, delivered,
-- read capture from the moment on that the charge's tariff names; failed, refused, expired release what is held and reverse
-- what is captured where the tariff gives it back. What does not apply changes nothing, so that evidence may come late and
-- twice; a message without a charge is passed over. Returns how many moved.
-- All captures of holds are one transfer per wallet and call. A late capture (of a released or reversed charge) always
-- succeeds: what the wallet lacks is owed. Locks charge -> wallet (where money moves), each sorted by its key.
create or replace function billing.move_charges(p_items jsonb) returns int
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
  v_moves billing.moving[];
  v_rows billing.posting[] := '{}';
  v_count int;
begin
  perform 1
    from (select distinct i.portal_id, i.message_id, coalesce(s.rank, 100) as rank
            from jsonb_to_recordset(p_items) i(portal_id uuid, message_id uuid, event text, next text)
            left join messaging.message_state s on s.state = i.event and s.outcome = 'done' and i.next is null) k
    join billing.charge c on c.portal_id = k.portal_id and c.message_id = k.message_id
     and k.rank >= case c.moment when 'submitted' then 40 when 'sent' then 60 else 70 end
   order by c.portal_id, c.message_id
     for update of c;
  v_moves := array(select m from billing.read_moves(p_items) m order by m.portal_id, m.message_id, m.n);
  if exists (select from unnest(v_moves) m where m.price > 0) then
    v_rows := billing.pay_moves(v_moves);
  end if;
  update billing.charge c
     set state = m.to_state, n = m.n, changed_at = v_now, held = 0, transfer_id = coalesce(t.transfer_id, c.transfer_id)
    from (select distinct on (x.portal_id, x.message_id) x.* from unnest(v_moves) x order by x.portal_id, x.message_id, x.n desc) m
    left join lateral (
      select r.transfer_id from unnest(v_rows) r
       where m.price > 0 and r.portal_id = m.portal_id and m.message_id = any (r.messages)
       order by r.key like '%:' || m.n desc, r.debit = 'receivables' limit 1) t on true
   where c.portal_id = m.portal_id and c.message_id = m.message_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.move_charges(jsonb) is
  'Internal, batch. Captures, releases or reverses charges by their transition table, and moves the money; what does not apply changes nothing.';
