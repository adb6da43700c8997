-- requirement: R4-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select adjustment_id as big from billing.adjust(:'portal', 'eva', 200000000, 'compensación', 'k1') \gset
select adjustment_id as other from billing.adjust(:'portal', 'eva', 300000000, 'otra', 'k2') \gset
select is(tests.refusal(format('select billing.decide_adjustment(%L, %L, %L, true)', :'portal', 'eva', :'big')), 'WB403 four_eyes', 'nobody approves his own proposal');
select is(billing.decide_adjustment(:'portal', 'ada', :'big', true), 'posted', 'a second person does');
select is(tests.wallet(:'portal'), '201000000 0', 'then it is posted');
select is(billing.decide_adjustment(:'portal', 'ada', :'big', true) || tests.wallet(:'portal'), 'posted201000000 0', 'once');
select is(tests.refusal(format('select billing.decide_adjustment(%L, %L, %L, false)', :'portal', 'ada', :'big')), 'WB409 adjustment_state', 'what is posted is not rejected');
select is(billing.decide_adjustment(:'portal', 'eva', :'other', false), 'rejected', 'whoever proposed may take it back');
select is(tests.wallet(:'portal'), '201000000 0', 'and nothing moves');
select is(tests.refusal(format('select billing.decide_adjustment(%L, %L, %L, true)', :'portal', 'ada', gen_random_uuid())), 'WB404 unknown_adjustment', 'there is nothing else to decide');
select is_empty('select * from billing.verify()', 'the books are sound');
select * from finish();
rollback;
