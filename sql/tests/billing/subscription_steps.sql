-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(2);
select results_eq(
  $$select s.state, billing.subscription_steps(s.state, false) from billing.subscription_state s order by s.state$$,
  $$values ('active', array['cancel', 'change', 'pause']), ('cancelled', '{restart}'), ('grace', '{cancel,change}'),
           ('paused', '{cancel,resume}'), ('suspended', '{cancel,change}'), ('trialing', '{cancel,change}')$$,
  'what a person may do follows from the state');
select results_eq(
  $$select s.state, billing.subscription_steps(s.state, true) from billing.subscription_state s where s.state in ('active', 'trialing') order by s.state$$,
  $$values ('active', array['change', 'keep', 'pause']), ('trialing', '{change,keep}')$$, 'a planned end may be taken back, not planned again');
select * from finish();
rollback;
