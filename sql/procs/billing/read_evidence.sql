-- Reads the items of billing.settle_payment(), each field tested before it is cast. A row with outcome null may go on; one that is
-- refused names the field (malformed_item), or cannot be posted (unknown_currency, of a fee). Locks nothing.
create or replace function billing.read_evidence(p_evidence jsonb) returns setof billing.proof
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with i as (
    select e.i::int as item, e.x, coalesce(jsonb_strip_nulls(case jsonb_typeof(e.x -> 'ids') when 'object' then e.x -> 'ids' end), '{}') as ids,
           case when pg_input_is_valid(e.x ->> 'amount', 'bigint') then (e.x ->> 'amount')::bigint end as amount,
           case when pg_input_is_valid(coalesce(e.x ->> 'tax', '0'), 'bigint') then coalesce(e.x ->> 'tax', '0')::bigint end as tax,
           case when pg_input_is_valid(coalesce(e.x ->> 'fee', '0'), 'bigint') then coalesce(e.x ->> 'fee', '0')::bigint end as fee,
           case when pg_input_is_valid(e.x ->> 'at', 'timestamptz') then (e.x ->> 'at')::timestamptz end as at,
           case when pg_input_is_valid(e.x ->> 'due_by', 'timestamptz') then (e.x ->> 'due_by')::timestamptz end as due_by
      from jsonb_array_elements(p_evidence) with ordinality e(x, i)),
  r as (
    select i.*,
           case
             when not exists (select from billing.provider p where p.provider = i.x ->> 'provider') then 'provider'
             when coalesce(length(i.x ->> 'business_key'), 0) not between 1 and 160
               or split_part(i.x ->> 'business_key', ':', 1) is distinct from i.x ->> 'provider' then 'business_key'
             when not exists (select from billing.evidence_kind k where k.kind = i.x ->> 'kind') then 'kind'
             when i.amount is null or i.amount not between 0 and 1000000000000000
               or i.amount = 0 and i.x ->> 'kind' in ('topup', 'fee', 'refund', 'dispute_withdrawn') then 'amount'
             when i.tax is null or i.tax not between 0 and i.amount then 'tax'
             when i.fee is null or i.fee not between 0 and 1000000000000000 then 'fee'
             when coalesce(i.x ->> 'currency', '') !~ '^[A-Z]{3}$' then 'currency'
             when i.at is null or not isfinite(i.at) then 'at'
             when i.x ->> 'due_by' is not null and i.due_by is null then 'due_by'
             when coalesce(jsonb_typeof(i.x -> 'livemode'), '') <> 'boolean' then 'livemode'
             when coalesce(i.x ->> 'retry', 'later') not in ('never', 'later') then 'retry'
             when jsonb_path_exists(i.ids, '$.* ? (@.type() != "string" || @ == "")')
               or exists (select from jsonb_each_text(i.ids) k where length(k.value) > 255) then 'ids'
           end as field
      from i)
  select r.item, case when r.field is not null or u.reason is not null then 'refused' end,
         case when r.field is not null then 'malformed_item' else u.reason end,
         case when r.field is not null then jsonb_build_object('field', r.field) when u.reason is not null then jsonb_build_object('currency', r.x -> 'currency') end,
         null::uuid, null::uuid, r.x ->> 'provider', r.x ->> 'business_key', r.x ->> 'kind', r.amount, r.tax, r.fee, r.x ->> 'currency', r.ids,
         left(r.x ->> 'reason', 200), r.x ->> 'retry', left(r.x ->> 'status', 100), r.due_by, r.at, (r.x ->> 'livemode' = 'true')
    from r
   cross join lateral (
     select case when not exists (select from billing.currency c where c.currency = r.x ->> 'currency') then 'unknown_currency' end as reason) u
   order by r.item;
end
$$;
comment on function billing.read_evidence(jsonb) is 'Internal. The items of billing.settle_payment(), each tested before it is cast.';
