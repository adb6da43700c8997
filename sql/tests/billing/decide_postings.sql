-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.decided(p_held bigint, variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', m.outcome, m.reason, m.debit, m.amount), ', ')
    from unnest(billing.decide_postings(array(select r from billing.read_postings(to_jsonb(p_items), 'wallet', 'revenue') r),
           case when p_held <> 0 then array[row((p_items[1] ->> 'portal_id')::uuid, p_held)::billing.held_change] else '{}' end)) m
$$;
select is(pg_temp.decided(0, tests.item(:'portal', 'a', 600000), tests.item(:'portal', 'b', 400000)), 'done wallet 600000, done wallet 400000', 'what fits is done');
select is(pg_temp.decided(0, tests.item(:'portal', 'a', 600000), tests.item(:'portal', 'b', 400001), tests.item(:'portal', 'c', 400000)),
  'done wallet 600000, refused balance wallet 400001, done wallet 400000', 'what does not is refused, and leaves room for what comes after');
select is(pg_temp.decided(0, tests.item(:'portal', 'a', 1200000, '{"shortfall": "receivable"}')), 'done wallet 1000000, done receivables 200000', 'what may be owed is split');
select is(pg_temp.decided(1000000, tests.item(:'portal', 'a', 5, '{"shortfall": "receivable"}')), 'done receivables 5', 'where nothing is available all of it is owed');
select is(pg_temp.decided(0, tests.item(:'portal', 'a', 1200000), tests.item(:'portal', 'b', 500000, '{"from": "promotions", "to": "wallet"}'), tests.item(:'portal', 'c', 1100000)),
  'refused balance wallet 1200000, done promotions 500000, done wallet 1100000', 'money that comes in the same call may be spent after it');
update billing.wallet set state = 'frozen';
select is(pg_temp.decided(0, tests.item(:'portal', 'a', 1), tests.item(:'portal', 'b', 5, '{"from": "promotions", "to": "wallet"}')), 'refused frozen wallet 1, done promotions 5', 'a frozen wallet receives and does not spend');
select is(pg_temp.decided(0, tests.item(:'portal', 'a', 1, '{"shortfall": "receivable"}')), 'done wallet 1', 'but for what happened already');
select * from finish();
rollback;
