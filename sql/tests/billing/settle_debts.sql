-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.settled(variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', m.key, m.debit, m.credit, m.amount), ', ')
    from unnest(billing.settle_debts(billing.decide_postings(array(select r from billing.read_postings(to_jsonb(p_items), 'promotions', 'wallet') r)))) m
$$;
select is(pg_temp.settled(tests.item(:'portal', 'a', 5)), 'a promotions wallet 5', 'who owes nothing pays nothing back');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'd', 1000100, '{"shortfall": "receivable"}')));
select is(pg_temp.settled(tests.item(:'portal', 'a', 30), tests.item(:'portal', 'b', 40)),
  'a promotions wallet 30, b promotions wallet 40, b/debt wallet receivables 70', 'what comes in pays the debt');
select is(pg_temp.settled(tests.item(:'portal', 'a', 500)), 'a promotions wallet 500, a/debt wallet receivables 100', 'and no more than the debt');
select is(pg_temp.settled(tests.item(:'portal', 'a', 500, '{"to": "tax"}')), 'a promotions tax 500', 'money for others does not');
select is(pg_temp.settled(tests.item(:'portal', 'a', 50), tests.item(:'portal', 's', 30, '{"from": "wallet", "to": "revenue"}')),
  'a promotions wallet 50, s wallet revenue 30, a/debt wallet receivables 20', 'what the call itself spends of it is not spent twice');
select * from finish();
rollback;
