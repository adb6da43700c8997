-- requirement: R4-c, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.tries(p_portal uuid, p_more jsonb) returns text language sql as $$
  select tests.refusal(format('select billing.open_payment(%L, ''1'', %L)', p_portal, tests.order(p_more)))
$$;
select billing.open_wallet(:'portal', 'USD', 'eva');
select is(pg_temp.tries(:'portal', '{"currency": "EUR"}'), 'WB409 wallet_currency', 'a wallet has one currency');
select is(pg_temp.tries(:'portal', '{"amount": 4999999}') || ', ' || pg_temp.tries(:'portal', '{"amount": 10000010000}'), 'WB422 amount_limits, WB422 amount_limits', 'there is a least and a most');
select is(pg_temp.tries(:'portal', '{"amount": 20005000}'), 'WB422 amount_limits', 'half a cent cannot be charged');
select is((tests.refusal_detail(format('select billing.open_payment(%L, ''1'', %L)', :'portal', tests.order('{"amount": 1}')))) ->> 'minimum', '5000000', 'the figures are in the detail');
select is(pg_temp.tries(:'portal', '{"provider": "paypal", "kind": "method", "amount": 0}'), 'WB422 not_offered', 'PayPal saves no method');
select is(pg_temp.tries(:'portal', '{"provider": "venmo"}'), 'WB422 not_offered', 'nor is there another provider');
select is(pg_temp.tries(:'portal', '{"kind": "method", "amount": 0, "key": "m"}'), 'accepted', 'Stripe saves one');
select is(pg_temp.tries(:'portal', '{"key": "test", "livemode": false}'), 'accepted', 'a new portal may try in test mode');
select tests.top_up(:'portal');
select is(pg_temp.tries(:'portal', '{"key": "test2", "livemode": false}'), 'WB409 test_mode', 'one that paid in earnest may not');
select tests.create_portal('chile') as chile \gset
select billing.open_wallet(:'chile', 'CLP', 'eva');
select is(pg_temp.tries(:'chile', '{"provider": "paypal", "currency": "CLP", "amount": 5000000000}'), 'WB422 not_offered', 'what a provider cannot take is not opened');
select is(pg_temp.tries(:'chile', '{"currency": "CLP", "amount": 5000000000}'), 'accepted', 'what it can is');
select count(pg_temp.tries(:'portal', jsonb_build_object('key', 'many' || n))) from generate_series(1, 17) n \g /dev/null
select is(pg_temp.tries(:'portal', '{"key": "more"}'), 'WB429 too_many_payments', 'twenty in an hour are enough');
select tests.pass('61 minutes');
select is(pg_temp.tries(:'portal', '{"key": "more"}'), 'accepted', 'later there may be more');
select * from finish();
rollback;
