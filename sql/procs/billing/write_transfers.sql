-- Writes decided postings: one transfer each, both accounts' running balances in it. For the money functions, which hold
-- the wallets. A call is nearly always one run of postings between the same two accounts: each run updates each of them
-- once and writes its transfers in one statement. p_held is applied to the wallets first. A transfer's instant never
-- goes back within a portal, whatever the clock does. Returns the rows with the wallet's balance after each. Makes
-- accounts that are missing. Locks nothing that the wallets do not cover.
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
  v_rows billing.posting[] := '{}';
  v_run record;
begin
  if p_held <> '{}' then
    update billing.wallet w
       set held = w.held + h.amount
      from (select c.portal_id, sum(c.amount)::bigint as amount from unnest(p_held) c group by c.portal_id) h
     where w.portal_id = h.portal_id;
  end if;
  for v_run in
    select min(r.n) as first, max(r.n) as last, r.portal_id, r.debit, r.credit, r.currency, sum(r.amount)::bigint as amount
      from (select u.portal_id, u.debit, u.credit, u.currency, u.amount, u.ordinality::int as n,
                   u.ordinality - row_number() over (partition by u.portal_id, u.debit, u.credit, u.currency order by u.ordinality) as run
              from unnest(p_rows) with ordinality u) r
     group by r.portal_id, r.debit, r.credit, r.currency, r.run
     order by 1
  loop
    v_rows := v_rows || billing.write_run(
      p_rows[v_run.first:v_run.last], v_run.portal_id, v_run.debit, v_run.credit, v_run.currency, v_run.amount);
  end loop;
  return v_rows;
end
$$;
comment on function billing.write_transfers(billing.posting[], billing.held_change[]) is
  'Internal, batch. Writes decided postings as transfers; each run of them updates its two accounts once.';
