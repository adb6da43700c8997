-- requirement: R4-b, R4-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('b223') as norte \gset
update tenancy.customer u set currency = 'MXN' from tenancy.portal p where p.customer_id = u.customer_id and p.portal_id = :'norte';
select tests.create_channel(:'norte', '2', '5215550002222') as otro \gset
select tests.publish_card('out service * 0.4 0.3 sent', 'out marketing MX 0.6 0.1 sent');
select card_id as mexican from billing.load_rate_card('staff', '{"name": "MX", "currency": "MXN"}', tests.card_rows('out service * 8 4.000001 sent')) \gset
select billing.publish_rate_card('staff', :'mexican');
select tests.fund(:'portal', 10000000);
select billing.open_wallet(:'norte', 'MXN', 'staff');
select billing.adjust(:'norte', 'eva', 100000000, 'para probar', 'k');
select tests.ids(3) as ids \gset
select tests.held(:'portal', :'channel', :'ids');
select tests.moved(:'portal', (:'ids'::uuid[])[1:2], 'sent');
select tests.moved(:'portal', (:'ids'::uuid[])[3:3], 'failed');
select tests.ids(1) as promo \gset
select tests.held(:'portal', :'channel', :'promo', '{"category": "marketing", "country": "MX"}');
select tests.moved(:'portal', :'promo', 'sent');
select tests.ids(3) as mexicans \gset
select tests.held(:'norte', :'otro', :'mexicans');
select tests.moved(:'norte', :'mexicans', 'sent');
select tests.held(:'norte', :'otro', tests.ids(1));
create function pg_temp.margins(p_by text, p_currency text default 'USD') returns text language sql as $$
  select string_agg(concat_ws(' ', nullif(m.name, ''), m.currency, m.messages, m.price, m.cost, m.margin, 'in', coalesce(m.margin_in::text, 'nothing known')), ', ' order by m.name, m.currency)
    from billing.margins('2026-11-01', '2026-12-01', p_by, p_currency) m
$$;
select is(pg_temp.margins('category'), 'marketing USD 1 600000 100000 500000 in 500000, service MXN 3 24000000 12000003 11999997 in nothing known, service USD 2 800000 600000 200000 in 200000',
  'what is paid, in its own currency; what failed or is on its way is not');
select billing.set_exchange_rates('eva', '[{"currency": "MXN", "day": "2026-11-20", "per_usd": "20"}, {"currency": "MXN", "day": "2026-11-23", "per_usd": "1"}]');
select is(pg_temp.margins('country'), 'MXN 3 24000000 12000003 11999997 in 600000, USD 2 800000 600000 200000 in 200000, MX USD 1 600000 100000 500000 in 500000', 'by country, converted at the rate of the message''s day');
select is((select row(price_in, cost_in, margin_in) from billing.margins('2026-11-01', '2026-12-01', 'category', 'USD') where currency = 'MXN'), row(1200000::bigint, 600000::bigint, 600000::bigint), 'rounded once, half even, and the three agree');
select is((select margin_in from billing.margins('2026-11-01', '2026-12-01', 'category', 'MXN') where key = 'marketing'), 10000000::bigint, 'into any currency');
select is((select string_agg(trade_name || ' ' || margin, ', ' order by margin) from billing.margins('2026-11-01', '2026-12-01', 'customer') m join tenancy.customer u on u.customer_id::text = m.key),
  'p1.example 700000, p1.example 11999997', 'by customer');
select is((select count(distinct key) from billing.margins('2026-11-01', '2026-12-01', 'channel') where key in (:'channel', :'otro')), 2::bigint, 'by channel');
select ok((select bool_and(name ~ '^Ventas [12] · [0-9]+ · p1.example$') from billing.margins('2026-11-01', '2026-12-01', 'channel')), 'which is named so that people know it');
select is_empty($$select 1 from billing.margins('2026-11-23', '2026-12-01', 'category')$$, 'of the time that is asked for');
select is(tests.refusal($$select billing.margins('2026-11-01', '2026-12-01', 'moon')$$), 'WB400 malformed_call', 'by what we know');
select is(tests.refusal($$select billing.margins('2024-11-01', '2026-12-01', 'country')$$), 'WB400 malformed_call', 'at most 400 days');
select is(tests.refusal($$select billing.margins('2026-11-01', '2026-12-01', 'country', 'XTS')$$), 'WB422 unknown_currency', 'in a currency that there is');
select is_empty('select * from billing.verify()', 'the books are sound');
select * from finish();
rollback;
