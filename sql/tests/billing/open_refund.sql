-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
create function pg_temp.asks(p_portal uuid, p_payment uuid, p_amount bigint, p_key text) returns text language sql as $$
  select tests.refusal(format('select billing.open_refund(%L, ''eva'', %L, %s, ''lo pidió'', %L)', p_portal, p_payment, coalesce(p_amount::text, 'null'), p_key))
$$;
select is((select row(state, provider, payment, recurring, amount, is_whole, language) from billing.open_refund(:'portal', 'eva', :'payment', 5000000, 'lo pidió', 'a')), row('asked'::text, 'stripe'::text, 'pi_1'::text, false, 5000000::bigint, false, 'es'::text), 'a refund is asked for');
select is(tests.wallet(:'portal'), '20000000 0', 'nothing is booked before the provider''s evidence');
select is(pg_temp.asks(:'portal', :'payment', 5000000, 'a'), 'accepted', 'again');
select is((select count(*) from billing.refund), 1::bigint, 'once per key');
select is(pg_temp.asks(:'portal', :'payment', 6000000, 'a'), 'WB409 conflict', 'the same key is not another amount');
select is(pg_temp.asks(:'portal', :'payment', 15000001, 'b'), 'WB422 refund_limits', 'what is asked for counts');
select is((select amount from billing.open_refund(:'portal', 'eva', :'payment', null, 'el resto', 'c')), 15000000::bigint, 'the rest is the rest');
select is(pg_temp.asks(:'portal', :'payment', null, 'd'), 'WB422 refund_limits', 'then nothing is left');
select is(pg_temp.asks(:'portal', gen_random_uuid(), null, 'd'), 'WB404 unknown_payment', 'of a payment that there is');
select is(pg_temp.asks(:'portal', :'payment', 0, 'd'), 'WB400 malformed_call', 'of something');
select * from finish();
rollback;
