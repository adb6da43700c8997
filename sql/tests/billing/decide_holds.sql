-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.decided(p_rows billing.holding[]) returns text language sql as $$
  select string_agg(concat_ws(' ', d.outcome, d.reason), ', ' order by d.item) from unnest(billing.decide_holds(p_rows)) d
$$;
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 0)), 'held', 'what is free needs no wallet');
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 5)), 'refused balance', 'what costs something does');
select tests.fund(:'portal', 1000000);
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 500000, 2)), 'held, held', 'what the balance covers is held');
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 400000, 3)), 'held, held, refused balance', 'in order, as far as it goes');
select is((select detail from unnest(billing.decide_holds(tests.holding(:'portal', :'channel', 1000001))) d),
  '{"held": 0, "price": 1000001, "balance": 1000000, "currency": "USD", "available": 1000000, "overdraft_limit": 0}', 'a refusal has the figures');
update billing.wallet set state = 'frozen';
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 5) || tests.holding(:'portal', :'channel', 0)), 'refused frozen, held', 'a frozen wallet pays for nothing');
update billing.wallet set currency = 'EUR', state = 'open';
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 5)), 'refused wallet_currency', 'and none pays in another currency');
select * from finish();
rollback;
