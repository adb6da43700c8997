-- requirement: R2.4-a, R2.4-c
begin;
select plan(6);
select tests.create_portal() as portal \gset
select customer_id as customer from tenancy.portal \gset
create function pg_temp.chosen(p_customer uuid, p_currency text) returns text language sql as $$
  select tests.refusal(format('select tenancy.choose_currency(''staff'', %L, %L)', p_customer, p_currency))
$$;
select is(pg_temp.chosen(:'customer', 'MXN'), 'accepted', 'before there is a wallet the currency is chosen');
select is((select row(currency, version) from tenancy.customer), row('MXN'::text, 2), 'and kept');
select is(pg_temp.chosen(:'customer', 'XXX'), 'WB422 unknown_currency', 'one that we have');
select is(pg_temp.chosen(gen_random_uuid(), 'MXN'), 'WB404 unknown_customer', 'of a customer that we have');
select billing.open_wallet(:'portal', 'MXN') \g /dev/null
select is(pg_temp.chosen(:'customer', 'USD'), 'WB409 customer_currency', 'afterwards it stays');
select is(pg_temp.chosen(:'customer', 'MXN'), 'accepted', 'which is no change');
select * from finish();
rollback;
