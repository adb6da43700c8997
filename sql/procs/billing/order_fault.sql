-- The first field of an order for billing.open_payment() that is not as it should be; null: none.
create or replace function billing.order_fault(p_order jsonb) returns text
language sql immutable
set search_path = ''
as $$
  select f.name
    from (values
      (1, 'provider', coalesce(p_order ->> 'provider', '') ~ '^[a-z]{1,20}$'),
      (2, 'kind', coalesce(p_order ->> 'kind', '') in ('topup', 'scheduled', 'method')),
      (3, 'amount', case p_order ->> 'kind' when 'method' then not p_order ? 'amount' or p_order ->> 'amount' = '0'
                      else coalesce(p_order ->> 'amount', '') ~ '^[1-9][0-9]{0,14}$' end),
      (4, 'currency', coalesce(p_order ->> 'currency', '') ~ '^[A-Z]{3}$'),
      (5, 'every', case p_order ->> 'kind' when 'scheduled' then coalesce(p_order ->> 'every', '') in ('week', 'month', 'year')
                     else p_order ->> 'every' is null end),
      (6, 'livemode', coalesce(jsonb_typeof(p_order -> 'livemode'), '') = 'boolean'),
      (7, 'key', coalesce(length(p_order ->> 'key'), 0) between 1 and 100),
      (8, 'channel_id', p_order ->> 'channel_id' is null
                          or p_order ->> 'kind' = 'scheduled' and pg_input_is_valid(p_order ->> 'channel_id', 'uuid')),
      (9, 'return_digest', coalesce(p_order ->> 'return_digest', '') ~ '^[0-9a-f]{64}$')) f(rank, name, is_good)
   where f.is_good is not true
   order by f.rank
   limit 1
$$;
comment on function billing.order_fault(jsonb) is 'Internal. The first field of an order of a payment that is not as it should be.';
