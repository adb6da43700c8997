-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);

select is(tests.refusal(format('select billing.freeze_wallet(%L, %L, %L)', :'portal', 'eva', '')), 'WB400 malformed_call', 'nobody does that without a reason');
select billing.freeze_wallet(:'portal', 'eva', 'por esto');
select is((select state from billing.wallet), 'frozen', 'it is done');
select billing.freeze_wallet(:'portal', 'eva', 'otra vez');
select is((select count(*) from billing.wallet_change where event = 'frozen' and actor = 'eva' and reason = 'por esto'), 1::bigint, 'once, and is known by whom and why');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 1))), 'refused frozen 1000000', 'a frozen wallet spends nothing');
select is(tests.refusal(format('select billing.freeze_wallet(%L, %L, %L)', gen_random_uuid(), 'eva', 'x')), 'WB404 no_wallet', 'where there is one');
select * from finish();
rollback;
