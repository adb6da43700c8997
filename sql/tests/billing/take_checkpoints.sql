-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 300000)));
select is(billing.take_checkpoints(), 0, 'in its first month a wallet needs none');
select tests.at('2026-12-03 12:00+00');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'b', 100000)));
select is(billing.take_checkpoints(), 1, 'then one a month');
select results_eq($$select kind, balance::bigint, seq, before from billing.checkpoint order by kind$$,
  $$values ('clearing_stripe', -1000000::bigint, 1::bigint, '2026-12-01 00:00+00'::timestamptz), ('revenue', 300000, 1, '2026-12-01 00:00+00'), ('wallet', 700000, 2, '2026-12-01 00:00+00')$$,
  'of every account, as it was when the month began');
select is(billing.take_checkpoints(), 0, 'once');
select is_empty('select * from billing.verify()', 'the books are proven from there');
select tests.at('2026-11-30 23:00+00');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'c', 1)));
select is((select at from billing.transfer where key = 'c'), '2026-12-03 12:00+00'::timestamptz, 'a clock that goes back writes nothing into the month before');
select tests.at('2027-01-02 12:00+00');
select is(billing.take_checkpoints(), 1, 'the next month has its own');
select * from finish();
rollback;
