-- requirement: R4-b, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_plan('pro', '0');
select billing.change_plan(:'portal', '1', :'channel', 'pro') \g /dev/null
select is(tests.refusal($$select billing.withdraw_plan('staff', 'pro')$$), 'accepted', 'a plan is offered no longer');
select is(tests.refusal($$select billing.withdraw_plan('staff', 'pro')$$), 'WB404 unknown_plan', 'once');
select is(tests.refusal($$select billing.withdraw_plan('staff', 'basic')$$), 'WB409 default_plan', 'the default plan stays');
select matches(tests.subscription(:'channel'), '^pro trialing', 'who has it keeps it');
select tests.pass('40 days');
select tests.renew() \g /dev/null
select matches(tests.subscription(:'channel'), '^pro active p1', 'and renews it');
select * from finish();
rollback;
