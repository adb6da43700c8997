-- requirement: R2.1-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.charged(p_portal uuid, p_key text, p_amount bigint, p_currency text default 'USD') returns text language sql as $$
  select tests.refusal(format('select billing.charge_plan(%L, %L, %s, %L, ''{"period_no": 1}'')', p_portal, p_key, p_amount, p_currency))
$$;
select is(pg_temp.charged(:'portal', 'a', 0), 'accepted', 'a price of zero asks nobody');
select is(pg_temp.charged(:'portal', 'a', 1), 'WB404 no_wallet', 'any other asks the wallet');
select tests.fund(:'portal', 10) \g /dev/null
select is(pg_temp.charged(:'portal', 'a', 7), 'accepted', 'which pays');
select is(pg_temp.charged(:'portal', 'a', 7), 'accepted', 'once per key');
select is(tests.accounts(:'portal'), 'clearing_stripe -10, revenue 7, wallet 3', 'the money is ours');
select is(pg_temp.charged(:'portal', 'b', 4), 'WB402 balance', 'or says why not');
select is(pg_temp.charged(:'portal', 'a', 8), 'WB409 conflict', 'a key is for one amount');
select is(pg_temp.charged(:'portal', 'c', 1, 'MXN'), 'WB409 wallet_currency', 'and a wallet for one currency');
select * from finish();
rollback;
