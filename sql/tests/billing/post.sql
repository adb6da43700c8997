-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.posted(variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', coalesce(m.item::text, '-'), m.outcome, m.key, m.debit, m.amount, m.balance), ', ')
    from unnest(billing.post(array(select r from billing.read_postings(to_jsonb(p_items), 'wallet', 'revenue') r))) m
$$;
select is(pg_temp.posted(tests.item(:'portal', 'a', 1200000, '{"shortfall": "receivable"}')), '1 done a wallet 1000000 0, 1 done a/owed receivables 200000',
  'what is partly owed has two transfers');
select is((select count(distinct group_id) from billing.transfer where portal_id = :'portal' and key like 'a%'), 1::bigint, 'of one group');
select is(pg_temp.posted(tests.item(:'portal', 'b', 500000, '{"from": "clearing_stripe", "to": "wallet"}'), tests.item(:'portal', '', 1)),
  '1 done b clearing_stripe 500000 500000, - done b/debt wallet 200000 300000, 2 refused  wallet 1', 'a debt is settled under the key of the credit');
select is(tests.accounts(:'portal'), 'clearing_stripe -1500000, revenue 1200000, wallet 300000', 'and everything adds up');
select * from finish();
rollback;
