-- requirement: R2.3-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-21 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent');
create function pg_temp.compared(p_portal uuid, p_channel uuid, p_said jsonb) returns text language plpgsql as $$
begin
  perform billing.note_usage(p_portal, p_channel, jsonb_build_array('{"day": "2026-11-21", "currency": "USD"}'::jsonb || p_said));
  perform billing.compare_usage(10);
  return (select concat_ws(' ', u.charged, u.cost, u.differs) from billing.usage u);
end
$$;
select is(pg_temp.compared(:'portal', :'channel', '{"service": 40, "fees": 3}'), '{} 0 {}', 'a portal without a wallet has no charges to compare');
select tests.fund(:'portal', 10000000);
select tests.paid(:'portal', :'channel', 'k' || n) from generate_series(1, 5) n \g /dev/null
select is(pg_temp.compared(:'portal', :'channel', '{"service": 5, "fees": 1.5}'), '{"service": 5} 1500000 {}', 'what agrees is none');
select is(pg_temp.compared(:'portal', :'channel', '{"service": 4, "fees": 1.49}'), '{"service": 5} 1500000 {}', 'neither are one message nor a cent: the days may begin at another hour');
select is(pg_temp.compared(:'portal', :'channel', '{"service": 3, "fees": 1.5}'), '{"service": 5} 1500000 {service}', 'fewer there than here');
select is(pg_temp.compared(:'portal', :'channel', '{"service": 5, "utility": 2, "fees": 1.5}'), '{"service": 5} 1500000 {utility}', 'a category that we did not charge');
select is(pg_temp.compared(:'portal', :'channel', '{"service": 5, "fees": 1.6}'), '{"service": 5} 1500000 {cost}', 'what it cost there is not what our card expects');
select is(pg_temp.compared(:'portal', :'channel', '{"service": 5, "fees": 9, "currency": "EUR"}'), '{"service": 5} {}', 'in another currency only the counts are compared');
select tests.at('2026-11-22 00:00+00');
select tests.paid(:'portal', :'channel', 'later') \g /dev/null
select is(pg_temp.compared(:'portal', :'channel', '{"service": 5, "fees": 1.5}'), '{"service": 5} 1500000 {}', 'the next day is another');
select is(billing.compare_usage(10), 0, 'each is compared once');
select * from finish();
rollback;
