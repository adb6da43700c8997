-- requirement: R4-b, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select card_id as first from billing.load_rate_card('eva', '{"name": "uno", "currency": "USD"}', tests.card_rows('out service * 1 1 sent', 'out utility * 2 1 sent', 'out marketing * 3 1 sent')) \gset
select is((select string_agg(category || ' ' || change, ', ' order by category) from billing.rate_differences(:'first')), 'marketing added, service added, utility added', 'against nothing all is new');
select billing.publish_rate_card('eva', :'first');
select tests.pass('1 minute');
select card_id as second from billing.load_rate_card('eva', '{"name": "dos", "currency": "USD"}', tests.card_rows('out service * 1 1 sent', 'out utility * 2.5 1 sent', 'out service MX 1 1 sent')) \gset
select is((select string_agg(concat_ws(' ', category, country, change, before ->> 'price', after ->> 'price'), ', ' order by category, country) from billing.rate_differences(:'second')),
  'marketing * removed 3000000, service MX added 1000000, utility * changed 2000000 2500000', 'what stays is not told; the rest with both prices');
select is((select before from billing.rate_differences(:'second') where category = 'utility'),
  '{"price": 2000000, "cost": 1000000, "moment": "sent", "free_per_month": 0, "surcharge": 0, "reverse_on_failure": true}'::jsonb, 'in all terms');
select is((select count(*) from billing.rate_differences(:'first')), 3::bigint, 'a card that is published would replace none');
select is(tests.refusal(format('select billing.rate_differences(%L)', gen_random_uuid())), 'WB404 unknown_rate_card', 'of a card that there is');
select * from finish();
rollback;
