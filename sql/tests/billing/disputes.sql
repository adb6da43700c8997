-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select tests.booked(tests.proof('dispute_opened', 1, 'stripe:dp:a:opened', '{"payment": "pi_1", "dispute": "a"}', '{"due_by": "2026-12-05T00:00:00Z"}'), tests.proof('dispute_opened', 1, 'stripe:dp:b:opened', '{"payment": "pi_1", "dispute": "b"}', '{"due_by": "2026-12-01T00:00:00Z"}'),
  tests.proof('dispute_closed', 1, 'stripe:dp:c:closed', '{"payment": "pi_1", "dispute": "c"}', '{"status": "lost"}'));
select is((select array_agg(dispute_key) from billing.disputes()), array['stripe:b', 'stripe:a'], 'open cases, what is due first');
select is((select array_agg(dispute_key || ' ' || status) from billing.disputes('closed')), array['stripe:c lost'], 'and decided ones');
select is((select count(*) from billing.disputes(null)), 3::bigint, 'or all');
select tests.booked(tests.proof('dispute_withdrawn', 20000000, 'stripe:dp:a:withdrawn', '{"payment": "pi_1", "dispute": "a"}', '{"fee": 15000000}'));
select is((select row(withdrawn, reinstated, fee, balance, captured) from billing.disputes() where dispute_key = 'stripe:a'), row(20000000::bigint, 0::bigint, 15000000::bigint, 0::bigint, 20000000::bigint), 'what it did to the wallet');
select is((select withdrawn from billing.disputes() where dispute_key = 'stripe:b'), 0::bigint, 'each its own');
select tests.booked(tests.proof('dispute_reinstated', 20000000, 'stripe:dp:a:reinstated', '{"payment": "pi_1", "dispute": "a"}', '{"fee": 15000000}'));
select is((select row(reinstated, fee, balance) from billing.disputes() where dispute_key = 'stripe:a'), row(20000000::bigint, 0::bigint, 20000000::bigint), 'and what came back');
select * from finish();
rollback;
