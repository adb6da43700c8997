-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select tests.create_portal('other') as other \gset
select tests.opened(:'other', '{"key": "o", "livemode": false}') as theirs \gset
create function pg_temp.places(p_ids jsonb, p_more jsonb default '{}') returns text language sql as $$
  select concat_ws(' ', x.outcome, x.reason, x.portal_id) from billing.read_evidence(jsonb_build_array(tests.proof('topup', 5, 'stripe:pi:1', p_ids, p_more))) r, billing.place_evidence(r) x
$$;
select is(pg_temp.places(jsonb_build_object('payment_id', :'payment')), :'portal', 'by our id in the provider''s metadata');
select is(pg_temp.places('{"payment": "pi_1"}'), 'unmatched unknown_payment', 'what is not known belongs to nothing');
select is(pg_temp.places(jsonb_build_object('payment_id', :'payment', 'portal_id', :'other')), 'refused foreign_object', 'metadata that contradict themselves are not believed');
select is(pg_temp.places(jsonb_build_object('payment_id', :'payment', 'checkout', :'theirs')), 'refused foreign_object', 'nor objects of two portals');
select is(pg_temp.places(jsonb_build_object('payment_id', :'theirs')), 'refused test_mode', 'nor money in earnest for a test');
select is(pg_temp.places(jsonb_build_object('payment_id', :'theirs'), '{"livemode": false}'), :'other', 'a test is a test');
select * from finish();
rollback;
