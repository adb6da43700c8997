-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.decided(p_available bigint, p_state text, variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', m.key, m.outcome, m.reason, m.debit, m.amount), ', ')
    from unnest(billing.decide_postings_each(
           array(select r from billing.read_postings(to_jsonb(p_items), 'wallet', 'revenue') r),
           jsonb_build_object(p_items[1] ->> 'portal_id', jsonb_build_object('state', p_state, 'available', p_available)))) m
$$;
select billing.open_wallet(:'portal', 'USD', 'staff');
select is(pg_temp.decided(10, 'open', tests.item(:'portal', 'a', 7), tests.item(:'portal', 'b', 4), tests.item(:'portal', 'c', 3)),
  'a done wallet 7, b refused balance wallet 4, c done wallet 3', 'a refusal leaves room for what comes after it');
select is(pg_temp.decided(10, 'open', tests.item(:'portal', 'a', 25, '{"shortfall": "receivable"}'), tests.item(:'portal', 'b', 1)),
  'a done wallet 10, a/owed done receivables 15, b refused balance wallet 1', 'what may be owed takes all there is and owes the rest');
select is(pg_temp.decided(0, 'open', tests.item(:'portal', 'a', 5, '{"from": "promotions", "to": "wallet"}'), tests.item(:'portal', 'b', 5)),
  'a done promotions 5, b done wallet 5', 'what comes in may be spent after it');
select is(pg_temp.decided(10, 'frozen', tests.item(:'portal', 'a', 1), tests.item(:'portal', 'b', 1, '{"shortfall": "receivable"}')),
  'a refused frozen wallet 1, b done wallet 1', 'a frozen wallet pays only for what happened already');
select is((select string_agg(m.outcome, ', ') from unnest(billing.decide_postings_each(
    array(select r from billing.read_postings(jsonb_build_array(tests.item(:'portal', 'a', 100), tests.item(:'portal', '', 1)), 'wallet', 'revenue') r), '{}')) m),
  'done, refused', 'wallets that need no closer look pay, and what was refused stays so');
select * from finish();
rollback;
