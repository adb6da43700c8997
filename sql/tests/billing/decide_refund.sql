-- requirement: R4-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 500000000) as payment \gset
select refund_id as first from billing.open_refund(:'portal', 'eva', :'payment', 200000000, 'lo pidió', 'a') \gset
create function pg_temp.decides(p_portal uuid, p_actor text, p_refund uuid, p_approve boolean) returns text language sql as $$
  select tests.refusal(format('select billing.decide_refund(%L, %L, %L, %L)', p_portal, p_actor, p_refund, p_approve))
$$;
select is_empty('select from billing.claim_refunds()', 'the provider is not asked for what is only proposed');
select is(pg_temp.decides(:'portal', 'eva', :'first', true), 'WB403 four_eyes', 'whoever proposed it does not approve it');
select is(billing.decide_refund(:'portal', 'ada', :'first', true), 'asked', 'a second person does');
select is((select array_agg(refund_id) from billing.claim_refunds()), array[:'first']::uuid[], 'then the provider is asked');
select is(pg_temp.decides(:'portal', 'ada', :'first', true), 'accepted', 'again');
select is(pg_temp.decides(:'portal', 'ada', :'first', false), 'WB409 refund_state', 'and not otherwise');
select refund_id as second from billing.open_refund(:'portal', 'eva', :'payment', 200000000, 'otra vez', 'b') \gset
select is(billing.decide_refund(:'portal', 'eva', :'second', false), 'rejected', 'whoever proposed it may take it back');
select is((select amount from billing.open_refund(:'portal', 'eva', :'payment', null, 'el resto', 'c')), 300000000::bigint, 'what was rejected is left again');
select is(pg_temp.decides(:'portal', 'ada', :'second', true), 'WB409 refund_state', 'it is decided');
select is(pg_temp.decides(:'portal', 'ada', gen_random_uuid(), true), 'WB404 unknown_refund', 'one that there is');
select is(pg_temp.decides(:'portal', 'ada', :'second', null), 'WB400 malformed_call', 'one way or the other');
select is((select row(decided_by, tenancy.now()) from billing.refund where refund_id = :'first'), row('ada'::text, (select decided_at from billing.refund where refund_id = :'first')), 'who decided is kept');
select * from finish();
rollback;
