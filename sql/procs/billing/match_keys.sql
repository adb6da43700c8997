-- Finds what was posted before under the same business keys. For billing.post(), which holds the wallets.
-- A row whose key is known is repeated (the same accounts, amount and reason) or a conflict; of one key twice in a
-- call the first goes on, the others are an echo of it, or a conflict. Nearly always every key is new, which one look
-- at the keys tells; only otherwise are the rows compared. Locks nothing.
create or replace function billing.match_keys(p_rows billing.posting[]) returns billing.posting[]
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.posting[];
begin
  if not exists (
    select
      from (select r.portal_id, r.key, count(*) as n from unnest(p_rows) r where r.outcome is null group by r.portal_id, r.key) k
      left join billing.transfer t on t.portal_id = k.portal_id and t.key = k.key
     where k.n > 1 or t.key is not null) then
    return p_rows;
  end if;
  with r as (
    select u.*, first_value(u.item) over z as first_item,
           row(u.debit, u.credit, u.amount, u.currency, u.because)
             is not distinct from first_value(row(u.debit, u.credit, u.amount, u.currency, u.because)) over z as is_alike
      from unnest(p_rows) u
    window z as (partition by u.portal_id, u.key, u.outcome is null order by u.item)),
  m as (
    select r.*, t.transfer_id as known_id,
           (t.debit = r.debit or r.may_owe and t.debit = 'receivables') and t.credit = r.credit and t.currency = r.currency
             and t.reason = r.because and r.amount = t.amount + coalesce(y.amount, 0) as is_same
      from r
      left join billing.transfer t on t.portal_id = r.portal_id and t.key = r.key and r.outcome is null
      left join billing.transfer y on y.portal_id = t.portal_id and y.key = t.key || '/owed'),
  j as (
    select m.*,
           case
             when m.outcome is not null then m.outcome
             when m.known_id is not null then case when m.is_same then 'repeated' else 'conflict' end
             when m.item <> m.first_item then case when m.is_alike then 'echo' else 'conflict' end
           end as verdict
      from m)
  select array_agg(row(
           j.item, j.verdict, case j.verdict when 'conflict' then 'conflict' else j.reason end,
           case j.verdict when 'conflict' then jsonb_build_object('key', j.key) else j.detail end,
           j.portal_id, j.key, j.currency, j.debit, j.credit, j.amount, j.because, j.about, j.messages, j.group_id, j.may_owe,
           j.known_id, j.balance)::billing.posting order by j.item)
    into v_rows
    from j;
  return v_rows;
end
$$;
comment on function billing.match_keys(billing.posting[]) is
  'Internal, batch. Marks postings whose business key is known: repeated, echo (twice in a call) or conflict.';
