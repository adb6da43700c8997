-- requirement: R4-b, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 1 1 sent 10', 'out service MX 1 1 sent 4', 'out utility * 1 1 sent');
create function pg_temp.open(p_portal uuid, p_channel uuid, variadic p_lines jsonb[]) returns text language sql as $$
  select string_agg(o.free::text, ' ' order by o.item)
    from billing.open_allowances(array(select r from billing.find_rates((
      select jsonb_agg(jsonb_build_object('portal_id', p_portal, 'channel_id', p_channel) || l order by i) from unnest(p_lines) with ordinality u(l, i))) r)) o
$$;
select is(pg_temp.open(:'portal', :'channel', '{"country": "MX", "count": 6}', '{"country": "CO", "count": 7}', '{"country": "PE", "count": 7}', '{"category": "utility", "count": 2}'),
  '4 7 3 0', 'each row''s allowance is used up in the order of the items');
select count(*) from billing.prices((select jsonb_agg(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'country', 'CO')) from generate_series(1, 8))) \g /dev/null
select is(pg_temp.open(:'portal', :'channel', '{"country": "CO", "count": 7}', '{"country": "PE", "count": 7}'), '2 0', 'less what was used');
select is(pg_temp.open(:'portal', :'channel', '{"country": "CO", "count": 7}', '{"country": "PE", "count": 7}'), '2 0', 'asking uses up nothing');
select * from finish();
rollback;
