-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 10000000);
select tests.saved(:'portal') as method \gset
create function pg_temp.amount(p_method uuid, p_amount bigint) returns bigint language sql as $$
  select p.amount::bigint from billing.payment_method m, billing.recharge_payment(jsonb_populate_record(null::billing.recharge,
    jsonb_build_object('portal_id', m.portal_id, 'recharge_id', tenancy.new_id(), 'amount', p_amount, 'currency', 'USD')), m, true) p where m.method_id = p_method
$$;
select is(pg_temp.amount(:'method', 2345678), 2340000::bigint, 'a recharge is rounded down to a cent');
select is(pg_temp.amount(:'method', 500000), 500000::bigint, 'the least that is charged is charged');
select is(pg_temp.amount(:'method', 499999), null, 'less is not');
select * from finish();
rollback;
