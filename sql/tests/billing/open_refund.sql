-- requirement: R4-c, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
create function pg_temp.asks(p_portal uuid, p_payment uuid, p_amount bigint, p_key text) returns text language sql as $$
  select tests.refusal(format('select billing.open_refund(%L, ''eva'', %L, %s, ''lo pidió'', %L)', p_portal, p_payment, coalesce(p_amount::text, 'null'), p_key))
$$;
select is((select row(state, amount, currency) from billing.open_refund(:'portal', 'eva', :'payment', 5000000, 'lo pidió', 'a')), row('asked'::text, 5000000::bigint, 'USD'::text), 'a refund is asked for');
select is(tests.wallet(:'portal'), '20000000 0', 'nothing is booked before the provider''s evidence');
select is(pg_temp.asks(:'portal', :'payment', 5000000, 'a'), 'accepted', 'again');
select is((select count(*) from billing.refund), 1::bigint, 'once per key');
select is(pg_temp.asks(:'portal', :'payment', 6000000, 'a'), 'WB409 conflict', 'the same key is not another amount');
select is(pg_temp.asks(:'portal', :'payment', 15000001, 'b'), 'WB422 refund_limits', 'what is asked for counts');
select is((select amount from billing.open_refund(:'portal', 'eva', :'payment', null, 'el resto', 'c')), 15000000::bigint, 'the rest is the rest');
select is(pg_temp.asks(:'portal', :'payment', null, 'd'), 'WB422 refund_limits', 'then nothing is left');
select is(pg_temp.asks(:'portal', gen_random_uuid(), null, 'd'), 'WB404 unknown_payment', 'of a payment that there is');
select is(pg_temp.asks(:'portal', :'payment', 0, 'd'), 'WB400 malformed_call', 'of something');

select tests.top_up(:'portal', 300000000, 'pi_2') as large \gset
select is((select state from billing.open_refund(:'portal', 'eva', :'large', 100000000, 'hasta el límite', 'e')), 'asked', 'up to the limit one person is enough');
select is((select state from billing.open_refund(:'portal', 'eva', :'large', 100010000, 'sobre el límite', 'f')), 'proposed', 'above it a second one looks first');
select is(pg_temp.asks(:'portal', :'large', 100000000, 'g'), 'WB422 refund_limits', 'what waits for that one counts, too');

select tests.top_up(:'portal', 10000000, 'pi_3') as disputed \gset
select tests.booked(tests.proof('dispute_withdrawn', 10000000, 'stripe:dp:dp_1:withdrawn', '{"payment": "pi_3", "dispute": "dp_1"}'));
select is(pg_temp.asks(:'portal', :'disputed', null, 'h'), 'WB422 refund_limits', 'what a bank has taken is not given back a second time');
select tests.booked(tests.proof('dispute_reinstated', 10000000, 'stripe:dp:dp_1:reinstated', '{"payment": "pi_3", "dispute": "dp_1"}'));
select is(pg_temp.asks(:'portal', :'disputed', null, 'h'), 'accepted', 'what the bank gave back can be');
select * from finish();
rollback;
