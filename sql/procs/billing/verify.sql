-- Proves the books: a row per promise that does not hold, with what was found. In a sound system there is none.
--   balance    an account's balance and count are those of its last checkpoint and the transfers since
--   zero_sum   all balances of a portal in a currency add up to zero
--   chain      each entry continues the one before it: balance and place
--   held       a wallet holds what its held charges and reservations say, and never more than it has
--   charge     what is captured and costs something was paid by a transfer that names it; a transfer of messages is
--              the sum of their prices (last 40 days)
--   spend      the caps have counted what is held and captured (last 3 days)
--   currency   a wallet's transfers and held charges are in its currency
--   key        no business key was used twice
-- For the worker's round (billing.prove_books), and whoever doubts. p_portal_id null: all portals. Locks nothing; reads the
-- transfers since the last checkpoint.
create or replace function billing.verify(p_portal_id uuid default null)
returns table (portal_id uuid, promise text, found jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with a as materialized (
      select w.portal_id, 'wallet' as kind, w.currency, w.balance, w.seq from billing.wallet w
       where p_portal_id is null or w.portal_id = p_portal_id
      union all
      select c.portal_id, c.kind, c.currency, c.balance, c.seq from billing.account c
       where p_portal_id is null or c.portal_id = p_portal_id),
    k as materialized (
      select a.*, coalesce(p.before, '-infinity') as since, coalesce(p.balance, 0) as began_balance, coalesce(p.seq, 0) as began_seq
        from a
        left join lateral (
          select x.before, x.balance, x.seq from billing.checkpoint x
           where x.portal_id = a.portal_id and x.kind = a.kind and x.currency = a.currency
           order by x.before desc limit 1) p on true),
    e as materialized (
      select t.portal_id, s.kind, t.currency, s.amount, s.balance, s.seq, t.key
        from (select k.portal_id, min(k.since) as since from k group by k.portal_id) o
        join billing.transfer t on t.portal_id = o.portal_id and t.at >= o.since
       cross join lateral (values
         (t.debit, -t.amount, t.debit_balance, t.debit_seq, t.at), (t.credit, t.amount, t.credit_balance, t.credit_seq, t.at))
         s(kind, amount, balance, seq, at)
        join k on k.portal_id = t.portal_id and k.kind = s.kind and k.currency = t.currency and s.at >= k.since),
    n as (
      select e.portal_id, e.kind, e.currency, sum(e.amount) as amount, count(*) as count from e group by e.portal_id, e.kind, e.currency),
    l as (
      select e.*, coalesce(lag(e.balance) over z, k.began_balance) + e.amount as due, coalesce(lag(e.seq) over z, k.began_seq) + 1 as place
        from e
        join k on k.portal_id = e.portal_id and k.kind = e.kind and k.currency = e.currency
      window z as (partition by e.portal_id, e.kind, e.currency order by e.seq))
    select k.portal_id, 'balance', jsonb_build_object('account', k.kind, 'currency', k.currency, 'balance', k.balance, 'seq', k.seq,
             'transfers', k.began_balance + coalesce(n.amount, 0), 'entries', k.began_seq + coalesce(n.count, 0))
      from k
      left join n on n.portal_id = k.portal_id and n.kind = k.kind and n.currency = k.currency
     where k.balance <> k.began_balance + coalesce(n.amount, 0) or k.seq <> k.began_seq + coalesce(n.count, 0)
    union all
    select a.portal_id, 'zero_sum', jsonb_build_object('currency', a.currency, 'sum', sum(a.balance))
      from a group by a.portal_id, a.currency having sum(a.balance) <> 0
    union all
    select l.portal_id, 'chain', jsonb_build_object('account', l.kind, 'key', l.key, 'balance', l.balance, 'due', l.due, 'seq', l.seq, 'place', l.place)
      from l where l.balance <> l.due or l.seq <> l.place
    union all
    select e.portal_id, 'key', jsonb_build_object('key', e.key)
      from e group by e.portal_id, e.key having count(*) > 2;
  return query
    select w.portal_id, 'held', jsonb_build_object('balance', w.balance, 'held', w.held, 'overdraft_limit', w.overdraft_limit, 'charges', coalesce(h.held, 0),
             'reserved', coalesce(r.held, 0))
      from billing.wallet w
      left join (select c.portal_id, sum(c.held)::bigint as held from billing.charge c where c.state = 'held' group by c.portal_id) h
        on h.portal_id = w.portal_id
      left join (select x.portal_id, sum(x.held)::bigint as held from billing.reservation x where x.state = 'held' group by x.portal_id) r
        on r.portal_id = w.portal_id
     where (p_portal_id is null or w.portal_id = p_portal_id)
       and (w.held <> coalesce(h.held, 0) + coalesce(r.held, 0) or w.balance - w.held + w.overdraft_limit < 0);
  return query
    select c.portal_id, 'charge', jsonb_build_object('message_id', c.message_id, 'state', c.state, 'transfer_id', c.transfer_id)
      from billing.charge c
      left join billing.transfer t on t.portal_id = c.portal_id and t.transfer_id = c.transfer_id
     where (p_portal_id is null or c.portal_id = p_portal_id) and c.message_id >= tenancy.id_floor(v_now - interval '40 days')
       and c.price > 0 and c.state in ('captured', 'reversed') and not coalesce(c.message_id = any (t.messages), false)
    union all
    select t.portal_id, 'charge', jsonb_build_object('key', t.key, 'amount', t.amount, 'charges', s.price)
      from billing.transfer t
     cross join lateral (
       select coalesce(sum(c.price), 0)::bigint as price
         from unnest(t.messages) m(message_id)
         join billing.charge c on c.portal_id = t.portal_id and c.message_id = m.message_id) s
     where (p_portal_id is null or t.portal_id = p_portal_id) and t.at >= v_now - interval '40 days' and t.reason = 'messages'
       and s.price <> t.amount
    union all
    select w.portal_id, 'currency', jsonb_build_object('message_id', c.message_id, 'charge', c.currency, 'wallet', w.currency)
      from billing.wallet w
      join billing.charge c on c.portal_id = w.portal_id and c.state = 'held' and c.price > 0 and c.currency <> w.currency
     where p_portal_id is null or w.portal_id = p_portal_id
    union all
    select w.portal_id, 'currency', jsonb_build_object('key', t.key, 'transfer', t.currency, 'wallet', w.currency)
      from billing.wallet w
      join billing.transfer t on t.portal_id = w.portal_id and t.at >= v_now - interval '40 days' and 'wallet' in (t.debit, t.credit)
     where (p_portal_id is null or w.portal_id = p_portal_id) and t.currency <> w.currency;
  return query
    select coalesce(s.portal_id, c.portal_id), 'spend', jsonb_build_object('day', coalesce(s.day, c.day), 'counted', s.spent, 'charges', c.spent)
      from (select x.portal_id, x.day, x.spent::bigint as spent from billing.spend x
             where x.scope = 'portal' and x.day >= (v_now - interval '3 days')::date
               and (p_portal_id is null or x.portal_id = p_portal_id)) s
      full join (
        select x.portal_id, x.spend_day as day, sum(x.price) filter (where x.state in ('held', 'captured'))::bigint as spent
          from billing.charge x
         where (p_portal_id is null or x.portal_id = p_portal_id) and x.message_id >= tenancy.id_floor(v_now - interval '5 days')
           and x.price > 0 and x.spend_day >= (v_now - interval '3 days')::date
         group by x.portal_id, x.spend_day) c
        on c.portal_id = s.portal_id and c.day = s.day
     where coalesce(s.spent, 0) <> coalesce(c.spent, 0);
end
$$;
comment on function billing.verify(uuid) is
  'Platform. Proves the books; a row per promise that does not hold, none in a sound system.';
grant execute on function billing.verify(uuid) to whatsappb24_api, whatsappb24_worker;
