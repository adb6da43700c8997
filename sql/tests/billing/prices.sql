-- requirement: R4-b, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.items(p_portal uuid, p_channel uuid, variadic p_more jsonb[]) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('portal_id', p_portal, 'channel_id', p_channel, 'direction', 'out', 'category', 'service') || m order by i)
    from unnest(p_more) with ordinality u(m, i)
$$;
create function pg_temp.priced(p_items jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', p.item, p.price, p.cost, p.currency, p.moment, case when p.is_free then 'free' end, p.reason), ', ' order by p.item)
    from billing.prices(p_items) p
$$;
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{}')), '1 0 0 USD submitted', 'without a card a message costs nothing');
select is((select card_id from billing.prices(pg_temp.items(:'portal', :'channel', '{}'))), null, 'and names none');
select tests.publish_card('out service MX 0.01 0.005 sent 2 0.001', 'out service * 0.02 0.01 delivered') as card \gset
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{"country": "MX"}', '{"country": "CO"}', '{"country": null}', '{"category": "marketing"}')),
  '1 1000 5000 USD sent free, 2 20000 10000 USD delivered, 3 20000 10000 USD delivered, 4 USD submitted no_price',
  'each by its row: a free one costs its surcharge, an unknown country that of all others, what is not on the card says so');
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{"country": "MX"}', '{"country": "MX"}')),
  '1 1000 5000 USD sent free, 2 11000 5000 USD sent', 'the allowance ends in the middle of a call');
select is((select distinct card_id from billing.prices(pg_temp.items(:'portal', :'channel', '{}'))), :'card', 'the card is named');
select is((select count(*) from billing.prices('[]')), 0::bigint, 'nothing is priced of nothing');

-- Whose card
select billing.retire_rate_card('staff', :'card');
select tests.pass('1 second');
select tests.publish_card('out service * 0.03 0.01 sent') as next \gset
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{}')), '1 30000 10000 USD sent', 'the card in force prices');
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{"at": "2026-11-22T12:00:00Z"}')), '1 0 0 USD submitted', 'in its own time');
update tenancy.customer set currency = 'MXN';
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{}')), '1 0 0 MXN submitted', 'a card is only for customers of its currency');

-- What the plan brings: its own tariff, and messages that are included
update tenancy.customer set currency = 'USD';
select tests.publish_plan('norte', '0', '{"tariff": "norte", "included_messages": 2, "included_categories": ["service", "utility"]}');
select tests.set_subscription(:'channel', 'active', 'norte');
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{}', '{}', '{}', '{"category": "marketing"}')),
  '1 0 10000 USD sent free, 2 0 10000 USD sent free, 3 30000 10000 USD sent, 4 USD submitted no_price', 'the messages of the plan are free, then the others are not');
update billing.subscription set period_no = period_no + 1;
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{}')), '1 0 10000 USD sent free', 'the next period has its own');
select card_id as norte from billing.load_rate_card('staff', '{"name": "Norte", "currency": "USD", "tariff": "norte"}',
  tests.card_rows('out service * 0.5 0.1 sent 1', 'out utility * 0.7 0.1 sent')) \gset
select billing.publish_rate_card('staff', :'norte');
select is(pg_temp.priced(pg_temp.items(:'portal', :'channel', '{}', '{}', '{"category": "utility"}', '{}')),
  '1 0 100000 USD sent free, 2 0 100000 USD sent free, 3 700000 100000 USD sent, 4 500000 100000 USD sent',
  'the tariff of the plan counts; the card''s free messages are used up before the plan''s');
select results_eq('select kind, period, category, country, used from billing.allowance where used > 0 order by kind, period, used',
  $$values ('free', '2026-11', 'service', '*', 1), ('free', '2026-11', 'service', 'MX', 2), ('included', 'p0', '*', '*', 2), ('included', 'p1', '*', '*', 2)$$, 'each counted by itself');
select * from finish();
rollback;
