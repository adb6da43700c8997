-- requirement: R4-b, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '573001112222') as other \gset
select tests.publish_card('out service * 1 1 sent 3', 'out utility * 1 1 sent');
create function pg_temp.taken(p_portal uuid, p_channels uuid[], p_category text default 'service') returns text language sql as $$
  select array_to_string(billing.take_allowances('free', array(
    select r from billing.find_rates((
      select jsonb_agg(jsonb_build_object('portal_id', p_portal, 'channel_id', c, 'category', p_category) order by i)
        from unnest(p_channels) with ordinality u(c, i))) r order by r.item)), ' ')
$$;
select is(pg_temp.taken(:'portal', array[:'channel', :'other', :'channel']::uuid[]), '1 2 3', 'each number has its own allowance');
select is(pg_temp.taken(:'portal', array[:'channel', :'channel', :'other']::uuid[]), '1 3', 'the first ones are free while any is left');
select is(pg_temp.taken(:'portal', array[:'channel']::uuid[]), '', 'then none');
select is(pg_temp.taken(:'portal', array[:'channel']::uuid[], 'utility'), '', 'a row without an allowance gives none');
select results_eq('select period, category, country, used from billing.allowance order by used', $$values ('2026-11', 'service', '*', 2), ('2026-11', 'service', '*', 3)$$,
  'what was used is counted, and no more');
select tests.at('2026-12-01 05:00+00');
select is(pg_temp.taken(:'portal', array[:'channel']::uuid[]), '1', 'the next month of the portal''s zone begins anew');
select * from finish();
rollback;
