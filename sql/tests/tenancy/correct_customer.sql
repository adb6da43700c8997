-- requirement: R2.4-a, R4-b
begin;
select plan(8);
select tests.create_portal() as portal \gset
select customer_id as customer from tenancy.portal \gset
create function pg_temp.tried(p_customer uuid, p_version int, p_changes jsonb) returns text language sql as $$
  select tests.refusal(format('select tenancy.correct_customer(''eva'', %L, %s, %L)', p_customer, p_version, p_changes))
$$;
select is(tenancy.correct_customer('eva', :'customer', 1, '{"legal_name": "ACME S.A.", "language": "pt"}'), 2, 'the new version is returned');
select is((select row(legal_name, language) from tenancy.customer), row('ACME S.A.'::text, 'pt'::text), 'what was named is changed');
select is((select row(actor, via_portal_id, before, after) from tenancy.customer_change),
  row('eva'::text, null::uuid, '{"legal_name": null, "language": "es"}'::jsonb, '{"legal_name": "ACME S.A.", "language": "pt"}'::jsonb), 'by whom, before and after are kept');
select is(pg_temp.tried(:'customer', 1, '{"trade_name": "otro"}'), 'WB409 stale_version', 'two people do not overwrite each other');
select is(pg_temp.tried(:'customer', 2, '{"country": "Mexico"}'), 'WB400 malformed_item', 'a country has two letters');
select is(pg_temp.tried(:'customer', 2, '{"state": "closed"}'), 'WB400 malformed_item', 'neither the state nor the currency is changed this way');
select is(pg_temp.tried(gen_random_uuid(), 1, '{"trade_name": "otro"}'), 'WB404 unknown_customer', 'of a customer that we have');
select is((select version from tenancy.customer), 2, 'nothing of a refused change stays');
select * from finish();
rollback;
