-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
create function pg_temp.keeps(variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', coalesce(x.outcome, 'kept'), x.reason), ', ' order by x.item)
    from unnest(billing.keep_evidence(billing.match_evidence(array(select r from billing.read_evidence(to_jsonb(p_items)) r order by r.item)))) x
$$;
select tests.proof('topup', 5000000, 'stripe:pi:1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1', 'refund', 're_1')) as topup \gset
select is(pg_temp.keeps(:'topup', :'topup', :'topup'::jsonb || '{"amount": 6000000}', :'topup'::jsonb || '{"kind": "refund"}'), 'kept, repeated, conflict conflict, conflict conflict', 'evidence is kept once per key');
select is((select row(state, amount::bigint, payment_id) from billing.evidence), row('waits'::text, 5000000::bigint, :'payment'::uuid), 'waits to be posted, with its payment');
select is((select payment_id from billing.provider_object where object_id = 're_1'), :'payment'::uuid, 'to which its objects lead');
select is(pg_temp.keeps(:'topup'::jsonb || '{"business_key": "stripe:pi:2", "currency": "MXN"}'), 'refused wallet_currency', 'money is of the wallet''s currency');
select is(pg_temp.keeps(:'topup'::jsonb || '{"business_key": "stripe:pi:1:fee", "kind": "fee", "currency": "MXN"}'), 'kept', 'a fee may be of another');
select tests.proof('dispute_opened', 5000000, 'stripe:dp:1:opened', '{"payment": "pi_1", "dispute": "dp_1"}', '{"status": "needs_response"}') as opened \gset
select is(pg_temp.keeps(:'opened', :'opened'::jsonb || '{"status": "under_review"}'), 'kept, repeated', 'of a case''s words');
select is((select status from billing.evidence where kind = 'dispute_opened'), 'under_review', 'the newest counts');
select * from finish();
rollback;
