-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(billing.available(:'portal'), 0::bigint, 'without a wallet there is nothing to spend');
select tests.fund(:'portal', 5000000);
select tests.publish_card('out service * 0.8 0.5 sent');
select tests.held(:'portal', :'channel', tests.ids(2));
select is(billing.available(:'portal'), 3400000::bigint, 'what is held is not available');
update billing.wallet set overdraft_limit = 1000000;
select is(billing.available(:'portal'), 4400000::bigint, 'an overdraft is');
update billing.wallet set state = 'frozen';
select is(billing.available(:'portal'), 0::bigint, 'a frozen wallet spends nothing');
select is(billing.available(gen_random_uuid()), 0::bigint, 'nor does nobody''s');
select * from finish();
rollback;
