-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service CO 0.8 0.5 delivered 0 0', 'out service * 0.9 0.5 sent') as card \gset
create function pg_temp.read(p_items jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', r.item, r.outcome, r.reason, r.price, r.cost, r.currency, r.moment, r.spend_day), ', ' order by r.item) from billing.read_holds(p_items) r
$$;
select tests.ids(2) as ids \gset
select tests.at('2026-11-23 03:00+00');
select is(pg_temp.read(tests.priced_items(:'portal', :'channel', :'ids', '{"country": "CO"}')),
  '1 800000 500000 USD delivered 2026-11-22, 2 800000 500000 USD delivered 2026-11-22', 'each message has its price, and the day in the portal''s zone');
select matches(pg_temp.read(tests.priced_items(:'portal', :'channel', :'ids', '{"category": "marketing"}')), '^1 refused no_price .*2 refused no_price ', 'what the card does not price is refused');
select matches(pg_temp.read(tests.priced_items(:'portal', :'channel', (:'ids'::uuid[])[1:1] || (:'ids'::uuid[])[1:1])), '^1 900000 .*, 2 known sent$', 'a message is priced once');
select billing.retire_rate_card('staff', :'card');
select tests.pass('1 second');
select matches(pg_temp.read(tests.priced_items(:'portal', :'channel', tests.ids(1))), '^1 0 0 USD sent$', 'without a card it costs nothing, is captured when it is sent, and counts for no cap');
select * from finish();
rollback;
