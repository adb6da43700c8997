-- requirement: R4-c, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.scheduled(:'portal') as payment \gset
select is(tests.schedule(:'payment'), 'pending created', 'nobody has agreed yet');
select is(tests.agreed(:'payment', 'pending'), 'pending', 'the provider says so, too');
select is(tests.agreed(:'payment'), 'active', 'then somebody agrees');
select is(tests.schedule(:'payment'), 'active created', 'which is no money yet');
select is(tests.period(1), 'done', 'its money finds it by the provider''s subscription');
select is(tests.schedule(:'payment') || ' ' || tests.wallet(:'portal'), 'active succeeded 20000000 0', 'and is in the balance');
select is(tests.agreed(:'payment', 'past_due'), 'past_due', 'a period that is not paid');
select tests.period(2) \g /dev/null
select is(tests.schedule(:'payment'), 'active succeeded', 'is over when it is paid after all');
select is(tests.agreed(:'payment', 'cancelled') || ' ' || tests.agreed(:'payment', 'active'), 'cancelled cancelled', 'what is cancelled stays so, whoever tells late');
select is((select state from billing.claim_schedules() where payment_id = :'payment'), 'cancelled', 'one that was ended and lives there is to be ended there');
select billing.settle_schedule(:'portal', :'payment', 'later', 'no_answer') \g /dev/null
select ok((select due_at > tenancy.now() and due_at < 'infinity' from billing.payment_schedule where payment_id = :'payment'), 'again, until the provider has it');
select billing.settle_schedule(:'portal', :'payment', 'ended') \g /dev/null
select is((select due_at from billing.payment_schedule where payment_id = :'payment'), 'infinity', 'and no more then');
select is(billing.note_schedule('stripe', '{"state": "active", "ids": {"subscription": "sub_of_others"}}'), null, 'one that is not ours is nothing');
select throws_ok($$select billing.note_schedule('stripe', '{"state": "odd", "ids": {}}')$$, 'WB400', null, 'a state that is none is refused');
-- agreed to by nobody, and given up there
select tests.opened(:'portal', '{"kind": "scheduled", "every": "week", "key": "s2"}') as second \gset
select billing.note_schedule('stripe', jsonb_build_object('state', 'cancelled', 'ids', jsonb_build_object('payment_id', :'second', 'subscription', 'sub_2'))) \g /dev/null
select is(tests.schedule(:'second'), 'cancelled cancelled', 'an order that nobody paid ends with it');
select * from finish();
rollback;
