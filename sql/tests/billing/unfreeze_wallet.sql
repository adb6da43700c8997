-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select billing.freeze_wallet(:'portal', 'eva', 'disputa');
select is(tests.refusal(format('select billing.unfreeze_wallet(%L, %L, %L)', :'portal', 'eva', '')), 'WB400 malformed_call', 'nobody does that without a reason');
select billing.unfreeze_wallet(:'portal', 'eva', 'por esto');
select is((select state from billing.wallet), 'open', 'it is done');
select billing.unfreeze_wallet(:'portal', 'eva', 'otra vez');
select is((select count(*) from billing.wallet_change where event = 'unfrozen' and actor = 'eva' and reason = 'por esto'), 1::bigint, 'once, and is known by whom and why');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 1))), 'done 999999', 'it spends again');
select is(tests.refusal(format('select billing.unfreeze_wallet(%L, %L, %L)', gen_random_uuid(), 'eva', 'x')), 'WB404 no_wallet', 'where there is one');
select * from finish();
rollback;
