-- Moves the money of charges that take a step: what is held becomes revenue (one transfer per wallet) or free; a late
-- capture takes what it can and leaves the rest owed; a reversal gives back. Counters of the caps follow, on the day of
-- the hold. For billing.move_charges(), which holds the charges. Returns the transfers. Locks the wallets in the order of
-- their portal; nothing else that they do not cover.
create or replace function billing.pay_moves(p_moves billing.moving[]) returns billing.posting[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.posting[];
  v_held billing.held_change[];
  v_before billing.held_change[];
begin
  perform 1
    from (select distinct m.portal_id from unnest(p_moves) m where m.price > 0) k
    join billing.wallet w on w.portal_id = k.portal_id
   order by w.portal_id
     for no key update of w;
  select array_agg(row(w.portal_id, w.balance - w.held)::billing.held_change)
    into v_before
    from (select distinct m.portal_id from unnest(p_moves) m where m.price > 0) k
    join billing.wallet w on w.portal_id = k.portal_id;
  select coalesce(array_agg(row(h.portal_id, h.amount)::billing.held_change), '{}')
    into v_held
    from (select m.portal_id, -sum(m.price)::bigint as amount from unnest(p_moves) m
           where m.from_state = 'held' and m.price > 0 group by m.portal_id) h;

  with p as (
    select m.portal_id, m.currency, 'wallet' as debit, 'revenue' as credit, sum(m.price)::bigint as amount, 'messages' as because,
           array_agg(m.message_id order by m.message_id) as messages,
           'charge:' || (array_agg(m.message_id order by m.message_id))[1] || ':' || (array_agg(m.n order by m.message_id))[1] as key
      from unnest(p_moves) m
     where m.from_state = 'held' and m.to_state = 'captured' and m.price > 0
     group by m.portal_id, m.currency
    union all
    select m.portal_id, m.currency, case m.to_state when 'captured' then 'wallet' else 'revenue' end,
           case m.to_state when 'captured' then 'revenue' else 'wallet' end, m.price,
           case m.to_state when 'captured' then 'message_late' else 'message_reversed' end,
           array[m.message_id], 'charge:' || m.message_id || ':' || m.n
      from unnest(p_moves) m
     where m.from_state <> 'held' and m.to_state in ('captured', 'reversed') and m.price > 0)
  select coalesce(array_agg(row(
           q.item, null, null, null, q.portal_id, q.key, q.currency, q.debit, q.credit, q.amount, q.because, null, q.messages, null,
           true, null, null)::billing.posting order by q.item), '{}')
    into v_rows
    from (select p.*, row_number() over (order by p.because <> 'messages', p.portal_id, p.key)::int as item from p) q;
  v_rows := billing.write_transfers(billing.settle_debts(billing.decide_postings(v_rows, v_held), v_held), v_held);

  update billing.spend s
     set spent = s.spent + d.amount
    from (select m.portal_id, k.scope, k.scope_id, m.spend_day,
                 sum(case when m.to_state = 'captured' then m.price else -m.price end)::bigint as amount
            from unnest(p_moves) m
           cross join lateral (values ('portal', ''), ('channel', m.channel_id::text), ('user', m.user_id), ('robot', m.robot)) k(scope, scope_id)
           where m.price > 0 and k.scope_id is not null and not (m.from_state = 'held' and m.to_state = 'captured')
           group by m.portal_id, k.scope, k.scope_id, m.spend_day) d
   where s.portal_id = d.portal_id and s.scope = d.scope and s.scope_id = d.scope_id and s.day = d.spend_day and d.amount <> 0;
  perform billing.watch(v_before);
  return v_rows;
end
$$;
comment on function billing.pay_moves(billing.moving[]) is
  'Internal, batch. Moves the money of charges that take a step: captures, late captures, reversals, releases.';
