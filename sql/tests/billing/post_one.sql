-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000);
create function pg_temp.posted(p_item jsonb) returns text language sql as $$
  select concat_ws(' ', coalesce(m.outcome, 'to be decided'), m.balance)
    from billing.post_one((select r from billing.read_postings(jsonb_build_array(p_item), 'wallet', 'revenue') r)) m
$$;
select is(pg_temp.posted(tests.item(:'portal', 'a', 100)), 'done 900', 'one debit is done');
select is(pg_temp.posted(tests.item(:'portal', 'b', 900, '{"to": "fees"}')), 'done 0', 'down to the last millionth, to the account that it names');
select results_eq(
  $$select key, debit, credit, amount::bigint, debit_balance::bigint, credit_balance::bigint, debit_seq, credit_seq, group_id = transfer_id
      from billing.transfer where key in ('a', 'b') order by key$$,
  $$values ('a', 'wallet', 'revenue', 100::bigint, 900::bigint, 100::bigint, 2::bigint, 1::bigint, true),
           ('b', 'wallet', 'fees', 900, 0, 900, 3, 1, true)$$,
  'the transfer is the one that the long way writes');
select is(pg_temp.posted(tests.item(:'portal', 'a', 100)), 'to be decided', 'a known key is left to be compared');
select is(pg_temp.posted(tests.item(:'portal', 'c', 1)), 'to be decided', 'what the wallet lacks is left to be decided');
select tests.fund(:'portal', 5, 'more');
update billing.wallet set state = 'frozen';
select is(pg_temp.posted(tests.item(:'portal', 'd', 1)), 'to be decided', 'and what a frozen wallet may pay');
select is((select string_agg(key, ' ' order by key) from billing.transfer where key in ('a', 'b', 'c', 'd')), 'a b', 'and nothing was written for them');
update billing.wallet set state = 'open';
select tests.at('2026-11-22 11:00+00');
select pg_temp.posted(tests.item(:'portal', 'late', 1));
select is((select at from billing.transfer where key = 'late'), '2026-11-22 12:00+00'::timestamptz, 'a clock that jumps back does not turn the order around');
select * from finish();
rollback;
