-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.fault(p_more jsonb) returns text language sql as $$ select billing.order_fault(tests.order() || p_more) $$;
select is(pg_temp.fault('{}'), null, 'a good order has no fault');
select is(pg_temp.fault('{"kind": "recharge"}'), 'kind', 'recharges are not ordered by hand');
select is(pg_temp.fault('{"amount": -5}') || pg_temp.fault('{"amount": 1.5}') || pg_temp.fault('{"amount": null}'), 'amountamountamount', 'an amount is whole and positive');
select is(pg_temp.fault('{"kind": "method", "amount": 0}'), null, 'saving a card costs nothing');
select is(pg_temp.fault('{"kind": "scheduled"}'), 'every', 'what is scheduled comes every so often');
select is(pg_temp.fault('{"every": "month"}'), 'every', 'what is not does not');
select is(pg_temp.fault('{"livemode": "true"}'), 'livemode', 'the mode is said');
select is(pg_temp.fault('{"key": ""}') || pg_temp.fault('{"return_digest": "aa"}'), 'keyreturn_digest', 'key and return page, too');
select * from finish();
rollback;
