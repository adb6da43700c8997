-- requirement: R4-b, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_plan('pro', '20');
select tests.publish_plan('pro', '25');
select tests.publish_plan('viejo');
select billing.withdraw_plan('staff', 'viejo');
select is((select string_agg(code || version || ' ' || is_offered, ', ') from billing.plans()), 'basic1 true, pro2 true, pro1 false, viejo1 false', 'every version, the newest first');
select is((select channels from billing.plans() where code = 'basic'), 1, 'with how many channels have it');
select is((select string_agg(code, ' ') from billing.plans() where is_default), 'basic', 'and which one is the default');
select is((select row(price, created_by) from billing.plans() where code = 'pro' and version = 1), row(20000000::bigint, 'staff'::text), 'what was sold stays what it was');
select * from finish();
rollback;
