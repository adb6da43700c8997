-- requirement: R4-a, R2.4-c
begin;
select plan(3);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select is((select row(wallet, currency, balance, available, channels) from tenancy.customer_portals(:'customer')), row('none'::text, 'USD'::text, 0::bigint, 0::bigint, 1), 'a portal without a wallet');
select tests.fund(:'portal', 10000000);
select billing.set_overdraft(:'portal', 'eva', 2000000, 'cliente de confianza');
select billing.freeze_wallet(:'portal', 'eva', 'disputa');
select is((select row(wallet, wallet_reason, balance, overdraft_limit, available, owed) from tenancy.customer_portals(:'customer')),
  row('frozen'::text, 'disputa'::text, 10000000::bigint, 2000000::bigint, 12000000::bigint, 0::bigint), 'and with one');
select is_empty(format('select 1 from tenancy.customer_portals(%L)', gen_random_uuid()), 'nobody has none');
select * from finish();
rollback;
