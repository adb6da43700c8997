-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal');
select is(billing.prove_books(), 0, 'sound books break no promise');
update billing.wallet set balance = balance + 1;
select is(billing.prove_books(), 2, 'what is wrong is counted');
select tests.pass('1 hour');
select is(billing.prove_books(), 2, 'as long as it is');
select is((select array_agg(promise || ' ' || (last_at - first_at) order by promise) from billing.broken_promise), array['balance 01:00:00', 'zero_sum 01:00:00'], 'and kept, with since when');
select is((select value from trace.gauges() where name = 'ledger_promises_broken'), 2::numeric, 'the gauge says so');
update billing.wallet set balance = balance - 1;
select tests.pass('1 hour');
select billing.prove_books();
select is((select count(*) from billing.broken_promise), 0::bigint, 'until it holds again');
select * from finish();
rollback;
