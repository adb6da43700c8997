-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal', '{"kind": "scheduled", "every": "month"}') as payment \gset
create function pg_temp.of(p_kind text, p_ids jsonb) returns uuid language sql as $$
  select billing.payment_of_evidence(x) from unnest(billing.match_evidence(array(select r from billing.read_evidence(jsonb_build_array(tests.proof(p_kind, 5000000, 'stripe:in:1', p_ids))) r))) x
$$;
select is(pg_temp.of('declined', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_0')), :'payment'::uuid, 'a declined attempt is the intent''s');
select is(pg_temp.of('topup', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1', 'subscription', 'sub_1')), :'payment'::uuid, 'the first money is');
select is(pg_temp.of('refund', jsonb_build_object('payment', 'pi_1')), :'payment'::uuid, 'and all that names it');
update billing.provider_object set payment_id = :'payment' where object_id = 'sub_1';
select isnt(pg_temp.of('topup', '{"payment": "pi_2", "subscription": "sub_1"}'), :'payment'::uuid, 'the next period');
select is((select row(kind, every, parent_id, amount::bigint, key) from billing.payment where money_object = 'pi_2'), row('scheduled'::text, 'month'::text, :'payment'::uuid, 5000000::bigint, 'money:stripe:pi_2'::text), 'is a payment of its own');
select is(pg_temp.of('refund', '{"payment": "pi_2"}'), (select payment_id from billing.payment where money_object = 'pi_2'), 'found by its money');
select * from finish();
rollback;
