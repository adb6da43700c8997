-- Writes decided postings: one transfer each, both accounts' running balances in it, each account and each wallet
-- updated once a call, p_held applied to the wallets in the same statement. For the money functions, which hold the
-- wallets. A transfer's instant never goes back within a portal, whatever the clock does. Returns the rows with the
-- wallet's balance after each. Makes accounts that are missing. Locks nothing that the wallets do not cover.
create or replace function billing.write_transfers(p_rows billing.posting[], p_held billing.held_change[] default '{}')
returns billing.posting[]
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_debit_balances bigint[];
  v_credit_balances bigint[];
  v_debit_seqs bigint[];
  v_credit_seqs bigint[];
  v_rows billing.posting[];
begin
  insert into billing.account (portal_id, kind, currency)
  select distinct r.portal_id, k.kind, r.currency
    from unnest(p_rows) r
   cross join lateral (values (r.debit), (r.credit)) k(kind)
   where k.kind <> 'wallet'
   order by 1, 2, 3
  on conflict (portal_id, kind, currency) do nothing;

  with e as materialized (
    select r.ordinality as n, r.portal_id, s.is_debit, s.kind, r.currency, s.amount
      from unnest(p_rows) with ordinality r
     cross join lateral (values (true, r.debit, -r.amount), (false, r.credit, r.amount)) s(is_debit, kind, amount)),
  a as materialized (
    select k.portal_id, k.kind, k.currency, coalesce(w.balance, c.balance) as balance, coalesce(w.seq, c.seq) as seq
      from (select distinct e.portal_id, e.kind, e.currency from e) k
      left join billing.wallet w on k.kind = 'wallet' and w.portal_id = k.portal_id
      left join billing.account c on c.portal_id = k.portal_id and c.kind = k.kind and c.currency = k.currency),
  x as (
    select e.n, e.is_debit, (a.balance + sum(e.amount) over z)::bigint as balance, a.seq + row_number() over z as seq
      from e
      join a on a.portal_id = e.portal_id and a.kind = e.kind and a.currency = e.currency
    window z as (partition by e.portal_id, e.kind, e.currency order by e.n))
  select array_agg(x.balance order by x.n) filter (where x.is_debit), array_agg(x.balance order by x.n) filter (where not x.is_debit),
         array_agg(x.seq order by x.n) filter (where x.is_debit), array_agg(x.seq order by x.n) filter (where not x.is_debit)
    into v_debit_balances, v_credit_balances, v_debit_seqs, v_credit_seqs
    from x;

  insert into billing.transfer (
    portal_id, transfer_id, group_id, key, currency, debit, credit, amount, debit_balance, credit_balance, debit_seq, credit_seq,
    reason, detail, messages, at)
  select r.portal_id, r.transfer_id, r.group_id, r.key, r.currency, r.debit, r.credit, r.amount,
         v_debit_balances[r.ordinality], v_credit_balances[r.ordinality], v_debit_seqs[r.ordinality], v_credit_seqs[r.ordinality],
         r.because, coalesce(r.about, '{}'), r.messages, greatest(v_now, w.changed_at)
    from unnest(p_rows) with ordinality r
    join billing.wallet w on w.portal_id = r.portal_id
   order by r.ordinality;

  update billing.account a
     set balance = a.balance + d.amount, seq = a.seq + d.n
    from (select r.portal_id, s.kind, r.currency, sum(s.amount)::bigint as amount, count(*) as n
            from unnest(p_rows) r
           cross join lateral (values (r.debit, -r.amount), (r.credit, r.amount)) s(kind, amount)
           where s.kind <> 'wallet'
           group by r.portal_id, s.kind, r.currency) d
   where a.portal_id = d.portal_id and a.kind = d.kind and a.currency = d.currency;
  update billing.wallet w
     set balance = w.balance + d.amount, held = w.held + d.held, seq = w.seq + d.n, changed_at = greatest(w.changed_at, v_now)
    from (select c.portal_id, sum(c.amount)::bigint as amount, sum(c.held)::bigint as held, sum(c.n) as n
            from (select r.portal_id, case r.credit when 'wallet' then r.amount else -r.amount end as amount, 0 as held, 1 as n
                    from unnest(p_rows) r where 'wallet' in (r.debit, r.credit)
                  union all
                  select h.portal_id, 0, h.amount, 0 from unnest(p_held) h
                  union all
                  select r.portal_id, 0, 0, 0 from unnest(p_rows) r) c
           group by c.portal_id) d
   where w.portal_id = d.portal_id;

  select array_agg(row(
           r.item, r.outcome, r.reason, r.detail, r.portal_id, r.key, r.currency, r.debit, r.credit, r.amount, r.because, r.about,
           r.messages, r.group_id, r.may_owe, r.transfer_id,
           case 'wallet' when r.debit then v_debit_balances[r.ordinality] when r.credit then v_credit_balances[r.ordinality] end
         )::billing.posting order by r.ordinality)
    into v_rows
    from unnest(p_rows) with ordinality r;
  return coalesce(v_rows, '{}');
end
$$;
comment on function billing.write_transfers(billing.posting[], billing.held_change[]) is
  'Internal, batch. Writes decided postings as transfers and updates each account and wallet once.';
