-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.written(p_held bigint, variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', m.key, m.balance), ', ')
    from unnest(billing.write_transfers(billing.decide_postings(array(select r from billing.read_postings(to_jsonb(p_items), 'wallet', 'revenue') r)),
           array[row((p_items[1] ->> 'portal_id')::uuid, p_held)::billing.held_change])) m
$$;
select is(pg_temp.written(7, tests.item(:'portal', 'a', 100), tests.item(:'portal', 'b', 50, '{"from": "promotions", "to": "wallet"}'), tests.item(:'portal', 'c', 5, '{"from": "revenue", "to": "tax"}')),
  'a 999900, b 999950, c', 'each tells the balance of the wallet after it');
select is(tests.wallet(:'portal'), '999950 7', 'balance and held change in one step');
select results_eq(
  $$select key, debit_balance::bigint, credit_balance::bigint, debit_seq, credit_seq, wallet_seq from billing.transfer where key in ('a', 'b', 'c') order by key$$,
  $$values ('a', 999900::bigint, 100::bigint, 2::bigint, 1::bigint, 2::bigint), ('b', -50, 999950, 1, 3, 3), ('c', 95, 5, 2, 1, null)$$,
  'both balances afterwards and both places stand in the transfer');
select is((select seq from billing.wallet), 3::bigint, 'the wallet counts its entries');

-- Time never goes back.
select tests.at('2026-11-22 11:00+00');
select pg_temp.written(0, tests.item(:'portal', 'late', 1));
select is((select at from billing.transfer where key = 'late'), '2026-11-22 12:00+00'::timestamptz, 'a clock that jumps back does not turn the order around');

-- For ever.
create function tests.as_owner(p_sql text) returns text language plpgsql as $$
declare v_said text;
begin
  set local role whatsappb24_owner;
  begin
    execute p_sql;
    v_said := 'done';
  exception when others then
    v_said := sqlstate;
  end;
  reset role;
  return v_said;
end $$;
select is(tests.as_owner('update billing.transfer set amount = 1'), '42501', 'nobody may change a transfer');
select is(tests.as_owner('delete from billing.transfer'), '42501', 'or delete one');
select is(tests.as_owner('truncate billing.transfer'), '42501', 'or all of them');
select * from finish();
rollback;
