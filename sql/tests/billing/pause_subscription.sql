-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(tests.refusal(format('select billing.pause_subscription(%L, ''1'', %L)', :'portal', :'channel')), 'WB409 subscription_state', 'a trial is not paused');
select tests.set_subscription(:'channel', 'active');
select billing.pause_subscription(:'portal', '1', :'channel');
select is((select row(state, stopped_at, due_at) from billing.subscription), row('paused'::text, tenancy.now(), 'infinity'::timestamptz), 'a paid one is, and is not renewed');
select is((select concat_ws(' ', state, state_reason) from tenancy.channel), 'suspended subscription_paused', 'the channel stops');
select ok(not billing.entitled(:'portal', :'channel', 'send') and billing.entitled(:'portal', :'channel', 'receive'), 'it sends nothing, and keeps what arrives');
select is(tests.refusal(format('select billing.pause_subscription(%L, ''1'', %L)', :'portal', :'channel')), 'WB409 subscription_state', 'twice is not possible');
select is(tests.refusal(format('select billing.pause_subscription(%L, ''7'', %L)', :'portal', :'channel')), 'WB403 permission', 'nor for an agent');
select * from finish();
rollback;
