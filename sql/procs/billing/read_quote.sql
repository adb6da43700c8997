-- Reads the lines of billing.quote(), each field tested before it is cast. Locks nothing.
create or replace function billing.read_quote(p_lines jsonb) returns setof billing.quote_line
language sql stable
set search_path = ''
as $$
  select e.n::int, coalesce(e.x ->> 'direction', 'out'), coalesce(e.x ->> 'category', 'service'),
         coalesce(e.x ->> 'country', messaging.country_of(regexp_replace(e.x ->> 'phone', '[^0-9]', '', 'g'))),
         case when coalesce(e.x ->> 'count', '1') ~ '^[0-9]{1,9}$' then coalesce(e.x ->> 'count', '1')::int end,
         case when jsonb_typeof(e.x) <> 'object'
                or coalesce(e.x ->> 'direction', 'out') not in ('in', 'out')
                or coalesce(e.x ->> 'category', 'service') not in ('service', 'utility', 'authentication', 'marketing', 'marketing_lite')
                or e.x ->> 'country' !~ '^[A-Z]{2}$'
                or coalesce(e.x ->> 'count', '1') !~ '^[0-9]{1,9}$' then 'malformed_item' end
    from jsonb_array_elements(p_lines) with ordinality e(x, n)
$$;
comment on function billing.read_quote(jsonb) is 'Internal, batch. The lines of quote(), each tested; reason malformed_item where one is not as described.';
