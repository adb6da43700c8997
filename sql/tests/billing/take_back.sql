-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
update billing.topup_rule set bonus_from = 1000000, bonus_percent = 10 where currency = 'USD';
select tests.top_up(:'portal', 11600000, 'pi_1', '{"tax": 1600000}') as payment \gset
select is(tests.accounts(:'portal'), 'clearing_stripe -11600000, promotions -1000000, tax 1600000, wallet 11000000', 'a payment with tax and bonus');
create function pg_temp.refunds(p_n int, p_amount bigint) returns text language sql as $$
  select tests.booked(tests.proof('refund', p_amount, 'stripe:re:' || p_n, '{"payment": "pi_1"}'))
$$;
select is(pg_temp.refunds(1, 3333333) || pg_temp.refunds(2, 3333333) || pg_temp.refunds(3, 3333333), 'donedonedone', 'goes back in odd parts');
select is(pg_temp.refunds(4, 1600002), 'waits', 'never more than was paid');
select is(pg_temp.refunds(5, 1600001), 'done', 'to the last millionth');
select is(tests.accounts(:'portal'), 'wallet 0', 'all is as before: tax and bonus, too');
select is(tests.payment(:'payment'), 'succeeded 11600000 11600000 0', 'what is refunded is what was captured');
select is((select array_agg(d.name || ' ' || d.total || ' ' || (r.name is not null) order by d.number) from billing.document d left join billing.document r on r.document_id = d.related_id where d.kind = 'credit_note'),
  array['NC-000001 3333333 true', 'NC-000002 3333333 true', 'NC-000003 3333333 true', 'NC-000004 1600001 true'], 'each part has its credit note, to the receipt');
select is((select sum(tax)::bigint from billing.document where kind = 'credit_note'), 1600000::bigint, 'whose taxes add up');
select * from finish();
rollback;
