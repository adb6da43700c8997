-- Writes decided postings: one transfer each, both accounts' running balances in it, each account and each wallet
-- updated once a call, p_held applied to the wallets in the same statement. For the money functions, which hold the
-- wallets. A transfer's instant never goes back within a portal, whatever the clock does. Returns the rows with the
-- wallet's balance after each. Makes accounts that are missing. Locks nothing that the wallets do not cover.
create or replace function billing.write_transfers(p_rows billing.posting[], p_held billing.held_change[] default '{}')
returns billing.posting[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows billing.posting[];
begin
  insert into billing.account (portal_id, kind, currency)
  select distinct r.portal_id, k.kind, r.currency
    from unnest(p_rows) r
   cross join lateral (values (r.debit), (r.credit)) k(kind)
   where k.kind <> 'wallet'
   order by 1, 2, 3
  on conflict (portal_id, kind, currency) do nothing;

  -- Each account's balance before the call (a, w) comes first in its window, its changes (e) follow: one pass adds
  -- them up. A transfer's two sides then stand beside each other (y).
  with r as materialized (
    select u.* from unnest(p_rows) with ordinality u),
  e as materialized (
    select r.ordinality as n, s.is_debit, r.portal_id, s.kind, case s.kind when 'wallet' then '' else r.currency end as currency, s.amount
      from r
     cross join lateral (values (true, r.debit, -r.amount), (false, r.credit, r.amount)) s(is_debit, kind, amount)),
  a as (
    update billing.account c
       set balance = c.balance + d.amount, seq = c.seq + d.n
      from (select e.portal_id, e.kind, e.currency, sum(e.amount)::bigint as amount, count(*) as n
              from e where e.kind <> 'wallet' group by e.portal_id, e.kind, e.currency) d
     where c.portal_id = d.portal_id and c.kind = d.kind and c.currency = d.currency
    returning c.portal_id, c.kind, c.currency, c.balance - d.amount as balance, c.seq - d.n as seq),
  w as (
    update billing.wallet c
       set balance = c.balance + d.amount, held = c.held + d.held, seq = c.seq + d.n, changed_at = greatest(c.changed_at, v_now)
      from (select k.portal_id, sum(k.amount)::bigint as amount, sum(k.held)::bigint as held, sum(k.n) as n
              from (select e.portal_id, e.amount * (e.kind = 'wallet')::int as amount, 0 as held, (e.kind = 'wallet')::int as n from e
                    union all
                    select h.portal_id, 0, h.amount, 0 from unnest(p_held) h) k
             group by k.portal_id) d
     where c.portal_id = d.portal_id
    returning c.portal_id, c.balance - d.amount as balance, c.seq - d.n as seq),
  x as (
    select s.n, s.is_debit, sum(s.amount) over z as balance, sum(s.step) over z as seq
      from (select e.n, e.is_debit, e.portal_id, e.kind, e.currency, e.amount, 1 as step from e
            union all
            select 0, null, a.portal_id, a.kind, a.currency, a.balance, a.seq from a
            union all
            select 0, null, w.portal_id, 'wallet', '', w.balance, w.seq from w) s
    window z as (partition by s.portal_id, s.kind, s.currency order by s.n rows unbounded preceding)),
  b as materialized (
    select array_agg(x.balance::bigint order by x.n) filter (where x.is_debit) as debit_balances,
           array_agg(x.balance::bigint order by x.n) filter (where not x.is_debit) as credit_balances,
           array_agg(x.seq::bigint order by x.n) filter (where x.is_debit) as debit_seqs,
           array_agg(x.seq::bigint order by x.n) filter (where not x.is_debit) as credit_seqs
      from x
     where x.n > 0),
  y as materialized (
    select r.*, b.debit_balances[r.ordinality] as debit_balance, b.credit_balances[r.ordinality] as credit_balance,
           b.debit_seqs[r.ordinality] as debit_seq, b.credit_seqs[r.ordinality] as credit_seq
      from r
     cross join b),
  t as (
    insert into billing.transfer (
      portal_id, transfer_id, group_id, key, currency, debit, credit, amount, debit_balance, credit_balance, debit_seq, credit_seq,
      reason, detail, messages, at)
    select y.portal_id, y.transfer_id, y.group_id, y.key, y.currency, y.debit, y.credit, y.amount, y.debit_balance, y.credit_balance,
           y.debit_seq, y.credit_seq, y.because, coalesce(y.about, '{}'), y.messages,
           (select greatest(v_now, c.changed_at) from billing.wallet c where c.portal_id = y.portal_id)
      from y)
  select array_agg(row(
           y.item, y.outcome, y.reason, y.detail, y.portal_id, y.key, y.currency, y.debit, y.credit, y.amount, y.because, y.about,
           y.messages, y.group_id, y.may_owe, y.transfer_id, case 'wallet' when y.debit then y.debit_balance when y.credit then y.credit_balance end
         )::billing.posting order by y.ordinality)
    into v_rows
    from y;
  return coalesce(v_rows, '{}');
end
$$;
comment on function billing.write_transfers(billing.posting[], billing.held_change[]) is
  'Internal, batch. Writes decided postings as transfers and updates each account and wallet once.';
