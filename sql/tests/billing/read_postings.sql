-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'staff');
create function pg_temp.read(p_item jsonb, p_from text default 'wallet') returns text language sql as $$
  select concat_ws(' ', r.outcome, r.reason, r.detail ->> 'field', case when r.outcome is null then concat_ws(' ', r.debit, r.credit, r.amount, r.currency, r.because, r.may_owe) end)
    from billing.read_postings(jsonb_build_array(p_item), p_from, 'revenue') r
$$;
select is(pg_temp.read(tests.item(:'portal', 'k', 5)), 'wallet revenue 5 USD test f', 'what an item does not say stands beside the call');
select is(pg_temp.read(tests.item(:'portal', 'k', 5, '{"to": "tax", "from": "clearing_paypal", "currency": "EUR", "shortfall": "receivable"}')), 'clearing_paypal tax 5 EUR test t', 'what it says counts');
select is(pg_temp.read(tests.item(:'portal', '', 5)), 'refused malformed_item key', 'a key is needed');
select is(pg_temp.read(tests.item(:'portal', repeat('k', 181), 5)), 'refused malformed_item key', 'of at most 180 characters');
select is(pg_temp.read(tests.item(:'portal', 'k', 0)), 'refused malformed_item amount', 'and an amount');
select is(pg_temp.read(tests.item(:'portal', 'k', 1, '{"amount": "1.5"}')), 'refused malformed_item amount', 'in whole millionths');
select is(pg_temp.read(tests.item(:'portal', 'k', 1, '{"to": "wallet"}')), 'refused malformed_item to', 'from one account to another');
select is(pg_temp.read(tests.item(:'portal', 'k', 1, '{"to": "receivables"}')), 'refused malformed_item to', 'debts come and go by themselves');
select is(pg_temp.read(tests.item(:'portal', 'k', 1, '{"reason": ""}')), 'refused malformed_item reason', 'for a reason');
select is(pg_temp.read(tests.item(:'portal', 'k', 1, '{"currency": "XYZ"}')), 'refused unknown_currency', 'in a currency that there is');
select * from finish();
rollback;
