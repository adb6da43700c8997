-- Reads the items of billing.debit() and billing.credit(), each field tested before it is cast.
-- p_items: [{portal_id, key, amount (millionths), reason, detail, from, to (kinds of account), currency (the wallet's
-- unless told), group_id, shortfall}]; p_from and p_to stand where an item names no account. A row with outcome null
-- may go on; one that is refused names the field. Locks nothing.
create or replace function billing.read_postings(p_items jsonb, p_from text, p_to text) returns setof billing.posting
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
  -- Debts come and go by themselves: of a shortfall, with the next credit.
  with k as materialized (
    select array_agg(a.kind) as kinds from billing.account_kind a where a.kind <> 'receivables'),
  i as (
    select e.i::int as item, e.x, left(e.x ->> 'key', 200) as key, left(e.x ->> 'reason', 100) as because,
           case when pg_input_is_valid(e.x ->> 'portal_id', 'uuid') then (e.x ->> 'portal_id')::uuid end as portal_id,
           case when pg_input_is_valid(e.x ->> 'group_id', 'uuid') then (e.x ->> 'group_id')::uuid end as group_id,
           case when pg_input_is_valid(e.x ->> 'amount', 'bigint') then (e.x ->> 'amount')::bigint end as amount,
           coalesce(e.x ->> 'from', p_from) as debit, coalesce(e.x ->> 'to', p_to) as credit
      from jsonb_array_elements(p_items) with ordinality e(x, i)),
  r as (
    select i.*, coalesce(i.x ->> 'currency', w.currency) as currency, w.currency as wallet_currency,
           case
             when i.portal_id is null then 'portal_id'
             when coalesce(length(i.x ->> 'key'), 0) not between 1 and 180 then 'key'
             when i.amount is null or i.amount not between 1 and 1000000000000000 then 'amount'
             when coalesce(i.because, '') = '' then 'reason'
             when (i.debit = any (k.kinds)) is not true then 'from'
             when i.debit = i.credit or (i.credit = any (k.kinds)) is not true then 'to'
             when coalesce(i.x ->> 'shortfall', 'refuse') not in ('refuse', 'receivable') then 'shortfall'
           end as field
      from i
     cross join k
      left join billing.wallet w on w.portal_id = i.portal_id),
  s as (
    select r.*,
           case
             when r.field is not null then 'malformed_item'
             when r.wallet_currency is null then 'no_wallet'
             when r.currency <> r.wallet_currency and not exists (select from billing.currency c where c.currency = r.currency) then 'unknown_currency'
             when r.currency <> r.wallet_currency and 'wallet' in (r.debit, r.credit) then 'wallet_currency'
           end as reason
      from r)
  select s.item, case when s.reason is not null then 'refused' end, s.reason,
         case s.reason
           when 'malformed_item' then jsonb_build_object('field', s.field)
           when 'unknown_currency' then jsonb_build_object('currency', s.currency)
           when 'wallet_currency' then jsonb_build_object('currency', s.currency, 'wallet', s.wallet_currency)
         end,
         s.portal_id, s.key, s.currency, s.debit, s.credit, s.amount, s.because,
         case when jsonb_typeof(s.x -> 'detail') = 'object' then s.x -> 'detail' else '{}' end,
         null::uuid[], s.group_id, coalesce(s.x ->> 'shortfall' = 'receivable', false), null::uuid, null::bigint
    from s
   order by s.item;
end
$$;
comment on function billing.read_postings(jsonb, text, text) is
  'Internal, batch. The items of debit() and credit(), each tested before it is cast.';
