-- requirement: R4-b, R2.4-c
begin;
select plan(3);
select gen_random_uuid() as portal, gen_random_uuid() as channel \gset
create function pg_temp.pricing(p_portal uuid, p_channel uuid, p_more jsonb default '{}') returns billing.pricing[] language sql as $$
  select array[jsonb_populate_record(null::billing.pricing, jsonb_build_object('item', 1, 'portal_id', p_portal, 'channel_id', p_channel, 'direction', 'out',
    'category', 'service', 'country', 'MX', 'rate_country', '*', 'price', 10, 'free_limit', 3, 'free_period', '2026-11', 'included_limit', 7, 'included_period', 'p2') || p_more)]
$$;
select results_eq(format($$select period, direction, category, country, free_limit from billing.allowance_keys('free', pg_temp.pricing(%L, %L))$$, :'portal', :'channel'),
  $$values ('2026-11', 'out', 'service', '*', 3)$$, 'the card''s allowance is one of its rows''');
select results_eq(format($$select period, direction, category, country, free_limit from billing.allowance_keys('included', pg_temp.pricing(%L, %L))$$, :'portal', :'channel'),
  $$values ('p2', 'out', '*', '*', 7)$$, 'the plan''s is one for all');
select is_empty(format($$select from unnest(array['{"price": 0}', '{"price": null}', '{"free_limit": 0}']::jsonb[]) m
  cross join lateral billing.allowance_keys('free', pg_temp.pricing(%L, %L, m))$$, :'portal', :'channel'), 'what costs nothing uses up nothing');
select * from finish();
rollback;
