-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.written(p_debit text, p_credit text, variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', m.key, m.balance), ', ')
    from unnest(billing.write_run(
           billing.decide_postings(array(select r from billing.read_postings(to_jsonb(p_items), p_debit, p_credit) r)),
           (p_items[1] ->> 'portal_id')::uuid, p_debit, p_credit, 'USD', (select sum((i ->> 'amount')::bigint)::bigint from unnest(p_items) i))) m
$$;
select is(pg_temp.written('wallet', 'revenue', tests.item(:'portal', 'a', 100), tests.item(:'portal', 'b', 50), tests.item(:'portal', 'c', 1)),
  'a 999900, b 999850, c 999849', 'each tells the balance of the wallet after it');
select is(pg_temp.written('promotions', 'wallet', tests.item(:'portal', 'd', 7), tests.item(:'portal', 'e', 3)), 'd 999856, e 999859', 'also where it receives');
select is(pg_temp.written('revenue', 'tax', tests.item(:'portal', 'f', 21)), 'f', 'between other accounts it does not change');
select results_eq(
  $$select key, debit_balance::bigint, credit_balance::bigint, debit_seq, credit_seq from billing.transfer where key between 'a' and 'f' order by key$$,
  $$values ('a', 999900::bigint, 100::bigint, 2::bigint, 1::bigint), ('b', 999850, 150, 3, 2), ('c', 999849, 151, 4, 3),
           ('d', -7, 999856, 1, 5), ('e', -10, 999859, 2, 6), ('f', 130, 21, 4, 1)$$,
  'both balances afterwards and both places stand in each transfer');
select is((select balance || ' after ' || seq from billing.wallet where portal_id = :'portal'), '999859 after 6', 'the wallet counts its entries');
select * from finish();
rollback;
