-- requirement: R2.4-a, R2.1-c, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.tried(p_portal uuid, p_version int, p_changes jsonb, p_user text default '1') returns text language sql as $$
  select tests.refusal(format('select tenancy.change_customer(%L, %L, %s, %L)', p_portal, p_user, p_version, p_changes))
$$;
select is(tenancy.change_customer(:'portal', '1', 1, '{"legal_name": "ACME S.A. de C.V.", "country": "MX", "tax_id_type": "RFC", "tax_id": "mab-930714-8t4", "contacts": []}'), 2, 'the new version is returned');
select is((select row(legal_name, trade_name, country, tax_id_type, tax_id, contacts) from tenancy.customer),
  row('ACME S.A. de C.V.'::text, 'p1.example'::text, 'MX'::text, 'RFC'::text, 'MAB9307148T4'::text, '[]'::jsonb), 'what was named is changed; a tax id is kept without dashes');
select is((select row(actor, via_portal_id, changed_at, before, after) from tenancy.customer_change), row('1'::text, :'portal'::uuid, tenancy.now(),
  '{"legal_name": null, "country": null, "tax_id_type": null, "tax_id": null, "contacts": [{"name": "Ana Admin"}]}'::jsonb,
  '{"legal_name": "ACME S.A. de C.V.", "country": "MX", "tax_id_type": "RFC", "tax_id": "MAB9307148T4", "contacts": []}'::jsonb), 'who, when, before and after are kept');
select is(tenancy.change_customer(:'portal', '1', 2, '{"country": "MX"}'), 2, 'what changes nothing is no change');
select is((select count(*) from tenancy.customer_change), 1::bigint, 'and leaves no trace');
select is(pg_temp.tried(:'portal', 1, '{"trade_name": "otro"}'), 'WB409 stale_version', 'two people do not overwrite each other');
select is(pg_temp.tried(:'portal', 2, '{"country": "AR"}'), 'WB400 malformed_item', 'a tax id must fit the country and the kind that stand beside it');
select is(pg_temp.tried(:'portal', 2, '{"currency": "MXN"}'), 'WB400 malformed_item', 'the currency is not the customer''s to change');
select is(pg_temp.tried(:'portal', 2, '[]'), 'WB400 malformed_item', 'what is no change is refused');
select is(pg_temp.tried(:'portal', 2, '{"trade_name": "otro"}', '7'), 'WB403 permission', 'an agent changes nothing');
select is((select version from tenancy.customer), 2, 'and nothing of a refused change stays');
select * from finish();
rollback;
