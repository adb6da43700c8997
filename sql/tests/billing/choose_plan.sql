-- requirement: R2.1-b, R4-b, R2.4-c
begin;
select plan(5);
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '20');
select tests.publish_plan('norte', '400', '{"currency": "MXN"}');
select is((billing.choose_plan(:'portal', null)).code, 'basic', 'who names none gets the default plan');
select is((billing.choose_plan(:'portal', 'pro')).version, 1, 'who names one gets its version on offer');
select is(tests.refusal(format('select billing.choose_plan(%L, ''norte'')', :'portal')), 'WB404 unknown_plan', 'not in another currency');
select billing.withdraw_plan('staff', 'pro');
select is(tests.refusal(format('select billing.choose_plan(%L, ''pro'')', :'portal')), 'WB404 unknown_plan', 'nor when it is withdrawn');
select is(tests.refusal_detail(format('select billing.choose_plan(%L, ''x'')', :'portal')) ->> 'code', 'x', 'the refusal names it');
select * from finish();
rollback;
