-- Keeps what Gupshup says that days of a channel's application had and cost: p_days [{day, marketing, utility, authentication,
-- authentication_international, service, fees (a decimal number), currency}]. International authentication counts as
-- authentication. What was said before of a day is replaced, and compared anew (billing.compare_usage), because the charges of a
-- day settle for a while; the id stays. An item that is none is passed over, so that no oddity of the outside fails
-- a check. For tenancy.settle_check(). Returns how many days it kept. Locks the days in their order.
create or replace function billing.note_usage(p_portal_id uuid, p_channel_id uuid, p_days jsonb) returns int
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_kept int;
begin
  if jsonb_typeof(p_days) is distinct from 'array' then
    return 0;
  end if;
  insert into billing.usage as u (portal_id, channel_id, day, usage_id, said, fees, currency, read_at)
  select p_portal_id, p_channel_id, d.day, tenancy.new_id(), d.said, d.fees, d.currency, v_now
    from (
      select distinct on (i.x ->> 'day') (i.x ->> 'day')::date as day, s.said, i.x ->> 'currency' as currency,
             billing.round_even((i.x ->> 'fees')::numeric * 1000000) as fees
        from jsonb_array_elements(p_days) with ordinality i(x, place)
       cross join lateral (
         select coalesce(jsonb_object_agg(k.category, k.messages), '{}') as said
           from (
             select case e.key when 'authentication_international' then 'authentication' else e.key end as category,
                    sum(e.value::int) as messages
               from jsonb_each_text(case when jsonb_typeof(i.x) = 'object' then i.x else '{}' end) e
              where e.key in ('marketing', 'utility', 'authentication', 'authentication_international', 'service')
                and pg_input_is_valid(e.value, 'int') and e.value <> '0'
              group by 1) k) s
       where pg_input_is_valid(i.x ->> 'day', 'date') and pg_input_is_valid(i.x ->> 'fees', 'numeric(12, 6)')
         and i.x ->> 'currency' ~ '^[A-Z]{3}$'
       order by i.x ->> 'day', i.place desc) d
   order by d.day
  on conflict (portal_id, channel_id, day) do update set
    said = excluded.said, fees = excluded.fees, currency = excluded.currency, read_at = excluded.read_at, compared_at = null;
  get diagnostics v_kept = row_count;
  return v_kept;
end
$$;
comment on function billing.note_usage(uuid, uuid, jsonb) is
  'Internal. Keeps what Gupshup says that days of a channel''s application had and cost, to be compared.';
