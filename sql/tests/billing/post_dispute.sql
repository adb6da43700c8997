-- requirement: R4-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
create function pg_temp.dispute() returns text language sql as $$ select string_agg(concat_ws(' ', dispute_key, state, status, amount, due_by::date), ', ') from billing.dispute $$;
select is(tests.booked(tests.proof('dispute_opened', 20000000, 'stripe:dp:dp_1:opened', '{"payment": "pi_1", "dispute": "dp_1"}', '{"status": "needs_response", "due_by": "2026-12-01T00:00:00Z"}')), 'done', 'a case is opened');
select is(pg_temp.dispute(), 'stripe:dp_1 open needs_response 20000000 2026-12-01', 'with its due date');
select is(tests.wallet(:'portal'), '20000000 0', 'no money moved');
select tests.saved(:'portal');
select is(tests.recharge(:'portal'), null, 'while it is open nothing is recharged automatically');
select is(tests.booked(tests.proof('dispute_closed', 20000000, 'stripe:dp:dp_1:closed', '{"payment": "pi_1", "dispute": "dp_1"}', '{"status": "won"}')), 'done', 'it is decided');
select tests.booked(tests.proof('dispute_opened', 20000000, 'stripe:dp:dp_1:opened', '{"payment": "pi_1", "dispute": "dp_1"}', '{"status": "needs_response"}'));
select is(pg_temp.dispute(), 'stripe:dp_1 closed won 20000000 2026-12-01', 'what comes late does not open it again');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'more', 1)));
select isnt((select recharge_id from billing.recharge), null, 'then recharges go on');
select tests.booked(tests.proof('topup', 7000000, 'paypal:capture:c1', jsonb_build_object('payment_id', tests.opened(:'portal', '{"key": "pp", "provider": "paypal", "amount": 7000000}'), 'payment', 'c1')));
select is(tests.booked(tests.proof('dispute_withdrawn', 7000000, 'paypal:reversal:r1', '{"payment": "c1", "dispute": "r1"}')), 'done', 'a reversal without a case');
select is((select state from billing.dispute where dispute_key = 'paypal:r1'), 'closed', 'leaves nothing to answer');
select * from finish();
rollback;
