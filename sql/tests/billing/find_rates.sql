-- requirement: R4-b, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.found(p_portal uuid, p_channel uuid, p_more jsonb default '{}') returns text language sql as $$
  select concat_ws(' ', r.price, r.surcharge, r.cost, r.currency, r.moment, r.rate_country, r.free_limit, r.free_period, r.reason)
    from billing.find_rates(jsonb_build_array(jsonb_build_object('portal_id', p_portal, 'channel_id', p_channel) || p_more)) r
$$;
select is(pg_temp.found(:'portal', :'channel'), '0 0 0 USD submitted 0 2026-11', 'without a card everything is free');
select tests.publish_card('out service * 0.02 0.01 sent 5', 'out service MX 0.01 0.005 delivered 0 0.001', 'in service * 0.003 0.001 submitted');
select is(pg_temp.found(:'portal', :'channel', '{"country": "MX"}'), '10000 1000 5000 USD delivered MX 0 2026-11', 'the row of the country');
select is(pg_temp.found(:'portal', :'channel', '{"country": "CO"}'), '20000 0 10000 USD sent * 5 2026-11', 'or that of every other one');
select is(pg_temp.found(:'portal', :'channel', '{"direction": "in"}'), '3000 0 1000 USD submitted * 0 2026-11', 'each direction has its own');
select is(pg_temp.found(:'portal', :'channel', '{"category": "marketing"}'), '0 USD submitted 0 2026-11 no_price', 'what is not on the card has no price');
select is(pg_temp.found(:'portal', :'channel', '{"at": "2026-12-01T04:59:59Z", "country": "CO"}'), '20000 0 10000 USD sent * 5 2026-11',
  'the month is that of the portal''s zone');
select * from finish();
rollback;
