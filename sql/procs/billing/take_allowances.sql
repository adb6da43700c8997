-- Uses up what is free of one kind and says which items it covers: the first ones, in the order of the call, while
-- any is left. For billing.prices(). p_kind free: the messages a row of the card gives each number a month; included:
-- those of its plan's period. Rows without an allowance of this kind take none. Returns the items (counted from 1)
-- that are free. Locks the allowances in the order of their key: a counter a number and month, after nothing else.
create or replace function billing.take_allowances(p_kind text, p_rows billing.pricing[]) returns int[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_free int[];
begin
  insert into billing.allowance (portal_id, channel_id, kind, period, direction, category, country)
  select distinct k.portal_id, k.channel_id, p_kind, k.period, k.direction, k.category, k.country
    from billing.allowance_keys(p_kind, p_rows) k
   order by 1, 2, 3, 4, 5, 6, 7
  on conflict (portal_id, channel_id, kind, period, direction, category, country) do nothing;
  perform 1
    from billing.allowance a
    join (select distinct x.portal_id, x.channel_id, x.period, x.direction, x.category, x.country
            from billing.allowance_keys(p_kind, p_rows) x) k
      on k.portal_id = a.portal_id and k.channel_id = a.channel_id and a.kind = p_kind and k.period = a.period
     and k.direction = a.direction and k.category = a.category and k.country = a.country
   order by a.portal_id, a.channel_id, a.kind, a.period, a.direction, a.category, a.country
     for update of a;
  select array_agg(f.item order by f.item) into v_free
    from (
      select k.item, a.used + row_number() over (
               partition by k.portal_id, k.channel_id, k.period, k.direction, k.category, k.country order by k.item) <= k.free_limit as is_free
        from billing.allowance_keys(p_kind, p_rows) k
        join billing.allowance a
          on a.portal_id = k.portal_id and a.channel_id = k.channel_id and a.kind = p_kind and a.period = k.period
         and a.direction = k.direction and a.category = k.category and a.country = k.country) f
   where f.is_free;
  update billing.allowance a
     set used = a.used + k.n
    from (select x.portal_id, x.channel_id, x.period, x.direction, x.category, x.country, count(*)::int as n
            from billing.allowance_keys(p_kind, p_rows) x
           where x.item = any (v_free)
           group by x.portal_id, x.channel_id, x.period, x.direction, x.category, x.country) k
   where a.portal_id = k.portal_id and a.channel_id = k.channel_id and a.kind = p_kind and a.period = k.period
     and a.direction = k.direction and a.category = k.category and a.country = k.country;
  return coalesce(v_free, '{}');
end
$$;
comment on function billing.take_allowances(text, billing.pricing[]) is
  'Internal, batch. Counts free messages (kind free or included) against their allowances; returns the items that are free.';
