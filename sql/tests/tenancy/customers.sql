-- requirement: R4-a, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.pass('1 second');
select tests.create_portal('b223') as other \gset
update tenancy.portal set domain = 'panaderia.example' where portal_id = :'other';
select customer_id as one from tenancy.portal where portal_id = :'portal' \gset
select customer_id as two from tenancy.portal where portal_id = :'other' \gset
update tenancy.customer set trade_name = 'Panadería Ñandú', tax_id_type = 'CUIT', tax_id = '20123456786' where customer_id = :'two';
select tests.fund(:'portal', 10000000);
create function pg_temp.found(p_text text) returns uuid[] language sql as $$ select array_agg(customer_id) from tenancy.customers(p_text) $$;
select is(pg_temp.found(null), array[:'two', :'one']::uuid[], 'the newest first');
select is(pg_temp.found('panaderia nandu'), array[:'two']::uuid[], 'by name, without accents');
select is(pg_temp.found('20-12345678-6'), array[:'two']::uuid[], 'by tax id, however it is written');
select is(pg_temp.found('PANADERIA.ex'), array[:'two']::uuid[], 'by domain');
select is(pg_temp.found('+52 1 555 000 1111'), array[:'one']::uuid[], 'by the number of a channel');
select is(pg_temp.found('nobody'), null, 'or not at all');
select is((select row(channels, channels_working, balance, held, owed, is_frozen) from tenancy.customers() where customer_id = :'one'), row(1, 1, 10000000::bigint, 0::bigint, 0::bigint, false), 'with channels and money');
select is((select row(balance, domains) from tenancy.customers() where customer_id = :'two'), row(null::bigint, '{panaderia.example}'::text[]), 'no wallet is not an empty one');
select billing.freeze_wallet(:'portal', 'eva', 'disputa');
select ok((select is_frozen from tenancy.customers() where customer_id = :'one'), 'a frozen wallet is seen');
select is((select array_agg(customer_id) from tenancy.customers(p_before => :'two', p_limit => 1)), array[:'one']::uuid[], 'page by page');
select is(tests.refusal('select tenancy.customers(p_limit => 0)'), 'WB400 malformed_call', 'a page has lines');
select * from finish();
rollback;
