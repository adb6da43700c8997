-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 10000000);
create function pg_temp.opens(p_portal uuid, p_recharge uuid) returns text language sql as $$
  select concat_ws(' ', o.outcome, o.amount, o.attempt, convert_from(o.method_sealed, 'UTF8'), o.customer) from billing.open_recharge(p_portal, p_recharge, true) o
$$;
select tests.recharge(:'portal') as recharge \gset
select is(pg_temp.opens(:'portal', :'recharge'), 'over', 'without a saved method nothing is charged');
select is((select row(r.state, r.detail ->> 'code') from billing.recharge r), row('declined'::text, 'no_method'::text), 'and it counts as declined, so that people hear of it');
select is((select count(*) from billing.payment), 0::bigint, 'there is no payment');
select tests.saved(:'portal');
select tests.opened(:'portal', '{"kind": "method", "amount": 0}') as saving \gset
select billing.note_payment(:'portal', :'saving', '{"outcome": "succeeded", "ids": {"customer": "cus_1"}}');
select tests.pass('1 hour');
select tests.fund(:'portal', 5000000, 'k2');
select tests.recharge(:'portal') as recharge \gset
select is(pg_temp.opens(:'portal', :'recharge'), 'charge 10000000 1 sealed pm_1 cus_1', 'with one it is charged');
select is(pg_temp.opens(:'portal', :'recharge'), 'ask 10000000 1 sealed pm_1 cus_1', 'claimed again, the provider is asked first');
select is((select count(*) from billing.payment where kind = 'recharge'), 1::bigint, 'it is one payment');
select payment_id as payment from billing.payment where kind = 'recharge' \gset
select is(tests.booked(tests.proof('topup', 10000000, 'stripe:pi:pi_5', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_5'))), 'done', 'its evidence comes');
select is((select state from billing.recharge where recharge_id = :'recharge'), 'succeeded', 'and settles the recharge');
select is(pg_temp.opens(:'portal', :'recharge'), 'over 10000000 sealed pm_1 cus_1', 'then there is nothing to do');
select is(tests.refusal(format('select billing.open_recharge(%L, %L, true)', :'portal', gen_random_uuid())), 'WB404 unknown_recharge', 'of a recharge that there is');
select * from finish();
rollback;
