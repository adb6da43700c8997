-- requirement: R4-c, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select billing.note_payment(:'portal', :'payment', '{"outcome": "redirected", "url": "https://checkout.example/1", "expires_at": "2026-11-22T13:00:00Z", "ids": {"checkout": "cs_1"}}') \g /dev/null
select tests.pass('1 hour');
select is(billing.expire_intent(:'portal', :'payment', 'open'), 'kept', 'somebody may still pay');
select is(billing.expire_intent(:'portal', :'payment', 'nothing'), 'kept', 'whatever the provider knows: it may tell late');
select tests.pass('61 minutes');
select is(billing.expire_intent(:'portal', :'payment', 'other'), 'kept', 'money that may be on its way is waited for');
select is(billing.expire_intent(:'portal', :'payment', 'open'), 'close', 'a page that still waits is closed first');
select is(tests.payment(:'payment'), 'redirected 0 0 0', 'and until then nothing is said');
select is(billing.expire_intent(:'portal', :'payment', 'closed'), 'expired', 'then it has expired');
select is((select concat_ws(' ', state, state_reason, ask_at, url) from billing.payment), 'expired nobody_paid infinity', 'the page is gone, nobody is asked any more');
select is((select outcome from billing.payment_attempt), 'expired', 'its attempt, too');
select is(billing.expire_intent(:'portal', :'payment', 'closed'), 'over', 'told again it changes nothing');
-- an intent of which the provider never heard
select tests.opened(:'portal', '{"key": "k2"}') as second \gset
select tests.pass('49 hours');
select is(billing.expire_intent(:'portal', :'second', 'nothing'), 'expired', 'what no provider knows ends after two days');
-- money that comes all the same
select is(tests.booked(tests.proof('topup', 20000000, 'stripe:pi:pi_1', '{"checkout": "cs_1", "payment": "pi_1"}')), 'done', 'money that comes later is booked');
select is(billing.expire_intent(:'portal', :'payment', 'closed'), 'over', 'and stays');
select tests.create_portal(repeat('b', 32)) as other \gset
select throws_ok(format($$select billing.expire_intent(%L, %L, 'open')$$, :'other', :'second'), 'WB404', null, 'another''s payment is not known');
select * from finish();
rollback;
