-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'eva');
select tests.saved(:'portal') as method \gset
select is((select row(provider, reference_sealed) from billing.remove_method(:'portal', '1', :'method')), row('stripe'::text, convert_to('sealed pm_1', 'UTF8')), 'what is removed here is named, to be removed there');
select is((select is_usable from billing.payment_method), false, 'it is not used any more');
select is(tests.refusal(format('select billing.remove_method(%L, ''1'', %L)', :'portal', gen_random_uuid())), 'WB404 unknown_method', 'one that there is');
select is(tests.refusal(format('select billing.remove_method(%L, ''12'', %L)', :'portal', :'method')), 'WB403 permission', 'not by everybody');
select * from finish();
rollback;
