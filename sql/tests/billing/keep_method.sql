-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select is(tests.refusal(format('select tests.saved(%L)', :'portal')), 'WB404 no_wallet', 'a method pays for a wallet');
select billing.open_wallet(:'portal', 'USD', 'eva');
select tests.saved(:'portal') as method \gset
select is((select row(label, expires, is_usable, reference_sealed) from billing.payment_method), row('visa •••• 4242'::text, '2030-12'::text, true, convert_to('sealed pm_1', 'UTF8')), 'a card is what a person recognises, and a sealed reference');
update billing.payment_method set is_usable = false;
select is(tests.saved(:'portal'), :'method'::uuid, 'saved again it is the same');
select is((select is_usable from billing.payment_method), true, 'and usable again');
select is(tests.refusal(format('select billing.keep_method(%L, %L)', :'portal', '{"provider": "stripe", "label": "x"}')), 'WB400 malformed_call', 'with a reference');
select is((select count(*) from tenancy.sealed_after('', 10) where ref like 'method/%'), 1::bigint, 'which is sealed anew when keys rotate');
select is((select tenancy.reseal(jsonb_build_array(jsonb_build_object('ref', ref, 'old', encode(sealed, 'hex'), 'new', 'ff'))) from tenancy.sealed_after('', 10) where ref like 'method/%'), 1, 'one by one');
select is((select reference_sealed from billing.payment_method), '\xff'::bytea, 'and kept');
select * from finish();
rollback;
