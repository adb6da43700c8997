-- requirement: R4-c, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.field(p_more jsonb) returns text language sql as $$
  select concat_ws(' ', r.reason, r.detail ->> 'field') from billing.read_evidence(jsonb_build_array(tests.proof('topup', 5, 'stripe:pi:1', '{"payment": "1"}') || p_more)) r
$$;
select is(pg_temp.field('{}'), '', 'good evidence has no fault');
select is(pg_temp.field('{"provider": "x"}'), 'malformed_item provider', 'a provider that there is');
select is(pg_temp.field('{"business_key": "paypal:1"}'), 'malformed_item business_key', 'whose key it is');
select is(pg_temp.field('{"kind": "gift"}'), 'malformed_item kind', 'a kind that there is');
select is(pg_temp.field('{"amount": 0}') || ', ' || pg_temp.field('{"amount": 1.5}') || ', ' || pg_temp.field('{"amount": "x"}'), 'malformed_item amount, malformed_item amount, malformed_item amount', 'money that moved is whole and positive');
select is(pg_temp.field('{"kind": "declined", "amount": 0}'), '', 'a decline may be of nothing');
select is(pg_temp.field('{"tax": 6}'), 'malformed_item tax', 'tax is a part of it');
select is(pg_temp.field('{"currency": "usd"}'), 'malformed_item currency', 'a currency is three capitals');
select is(pg_temp.field('{"currency": "JPY"}'), 'unknown_currency', 'that our books have');
select is(pg_temp.field('{"at": "infinity"}'), 'malformed_item at', 'an instant is an instant');
select is(pg_temp.field('{"livemode": null}'), 'malformed_item livemode', 'the mode is said');
select is(pg_temp.field('{"ids": {"payment": 7}}'), 'malformed_item ids', 'ids are texts');
select is(pg_temp.field('{"ids": 7}'), '', 'evidence without ids is read, and belongs to nothing');
select * from finish();
rollback;
