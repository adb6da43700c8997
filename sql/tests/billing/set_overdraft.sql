-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select billing.open_wallet(:'portal', 'USD', 'staff');
select billing.set_overdraft(:'portal', 'eva', 500000, 'cliente de confianza');
select is(billing.available(:'portal'), 500000::bigint, 'an overdraft may be spent');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 400000))), 'done -400000', 'below zero');
select is(tests.refusal(format('select billing.set_overdraft(%L, %L, 399999, %L)', :'portal', 'eva', 'menos')), 'WB402 balance', 'and is not taken back below what is used');
select is(tests.refusal(format('select billing.set_overdraft(%L, %L, -1, %L)', :'portal', 'eva', 'menos')), 'WB400 malformed_call', 'or below nothing');
select is((select detail from billing.wallet_change where event = 'overdraft'), '{"before": 0, "after": 500000}', 'who changed it, and how, is known');
select * from finish();
rollback;
