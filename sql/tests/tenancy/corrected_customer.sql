-- requirement: R2.4-a
begin;
select plan(4);
select tests.create_portal() as portal \gset
create function pg_temp.stands(p_changes jsonb) returns text language sql as $$
  select concat_ws(' ', c.trade_name, c.tax_id_type, c.tax_id) from tenancy.customer u cross join lateral tenancy.corrected_customer(u, p_changes) c
$$;
select is(pg_temp.stands('{"trade_name": "ACME", "country": "MX", "tax_id_type": "RFC", "tax_id": "mab-930714-8t4"}'), 'ACME RFC MAB9307148T4', 'as it will stand');
select is((select trade_name from tenancy.customer), 'p1.example', 'which stores nothing');
select is(tests.refusal($$select pg_temp.stands('{"tax_id_type": "NIT", "tax_id": "8600345942", "country": "CO"}')$$), 'WB400 malformed_item', 'a wrong check digit is refused');
select is(tests.refusal($$select pg_temp.stands('[]')$$), 'WB400 malformed_item', 'what is no change, too');
select * from finish();
rollback;
