-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other_portal \gset
select is((select row(currency, balance::bigint, held::bigint, overdraft_limit::bigint, state) from billing.open_wallet(:'portal', 'USD')),
  row('USD'::text, 0::bigint, 0::bigint, 0::bigint, 'open'::text), 'a wallet begins empty');
select tests.fund(:'portal', 5000000);
select is((select balance::bigint from billing.open_wallet(:'portal', 'USD')), 5000000::bigint, 'opening it again changes nothing');
select is(tests.refusal(format('select billing.open_wallet(%L, %L)', :'portal', 'EUR')), 'WB409 wallet_currency', 'its currency never changes');
select is(tests.refusal(format('select billing.open_wallet(%L, %L)', :'other_portal', 'XXX')), 'WB422 unknown_currency', 'a currency that no wallet can have is refused');
select is(tests.refusal(format('select billing.open_wallet(%L, %L)', gen_random_uuid(), 'USD')), 'WB404 unknown_portal', 'so is a portal that there is not');
select is((select array_agg(event || ' ' || actor) from billing.wallet_change), array['opened system'], 'who opened it is known');
select is((select count(*) from billing.wallet), 1::bigint, 'the refused ones left nothing');
select * from finish();
rollback;
