-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
create function pg_temp.left_of(p_payment uuid) returns bigint language sql as $$
  select billing.refundable(p) from billing.payment p where p.payment_id = p_payment
$$;
select is(pg_temp.left_of(:'payment'), 20000000::bigint, 'all that was paid');
select tests.booked(tests.proof('refund', 5000000, 'stripe:re:re_1', '{"payment": "pi_1"}'));
select is(pg_temp.left_of(:'payment'), 15000000::bigint, 'less what was given back');
select billing.open_refund(:'portal', 'eva', :'payment', 4000000, 'lo pidió', 'a');
select is(pg_temp.left_of(:'payment'), 11000000::bigint, 'less what was asked for');
select is(pg_temp.left_of(tests.opened(:'portal', '{"key": "x"}')), 0::bigint, 'nothing of what nobody paid');
select * from finish();
rollback;
