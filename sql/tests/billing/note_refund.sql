-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}', '{"reason": "requested"}'));
select is((select row(state, actor, reason, amount::bigint) from billing.refund), row('succeeded'::text, 'stripe'::text, 'requested'::text, 5000000::bigint), 'a refund made at the provider is kept');
select refund_id as refund from billing.open_refund(:'portal', 'eva', :'payment', 6000000, 'lo pidió', 'r1') \gset
select tests.booked(tests.proof('refund', 6000000, 'stripe:re:re_2', jsonb_build_object('payment', 'pi_1', 'refund_id', :'refund')));
select is((select row(state, actor, business_key) from billing.refund where refund_id = :'refund'), row('succeeded'::text, 'eva'::text, 'stripe:re:re_2'::text), 'one that staff asked for is theirs');
select is((select count(*) from billing.refund), 2::bigint, 'each once');
select * from finish();
rollback;
