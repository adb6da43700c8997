-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select is(billing.step_payment(:'portal', :'payment', 'redirect'), 'redirected', 'a step is taken');
select is(billing.step_payment(:'portal', :'payment', 'decline', 'card'), 'redirected', 'a decline on an open page is not the end');
select is(billing.step_payment(:'portal', :'payment', 'process'), 'processing', 'the provider works on it');
select is(billing.step_payment(:'portal', :'payment', 'expire', 'late'), 'expired', 'it ends');
select is((select row(ask_at, state_reason) from billing.payment), row('infinity'::timestamptz, 'late'::text), 'nobody asks any more');
select is(billing.step_payment(:'portal', :'payment', 'process'), 'expired', 'what comes late changes nothing');
select is(billing.step_payment(:'portal', :'payment', 'succeed'), 'succeeded', 'but money');
select is(billing.step_payment(:'portal', :'payment', 'fail'), 'succeeded', 'which is the end');
select set_eq($$select s.state, e.event from billing.payment_state s cross join (values ('redirect'), ('process'), ('lose'), ('fail'), ('cancel'), ('expire'), ('decline'), ('succeed')) e(event)
   where s.is_open or e.event = 'succeed' and s.state <> 'succeeded'$$, 'select from_state, event from billing.payment_transition', 'the machine knows every event of every state');
select is_empty($$select from billing.payment_transition where to_state = 'succeeded' and event <> 'succeed'$$, 'only money makes a success');
select * from finish();
rollback;
