-- requirement: R4-a, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('b223') as other \gset
select tests.create_channel(:'other', '2', '5215550002222') as second \gset
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select is((select string_agg(concat_ws(' ', name, plan, state, next_action), ', ') from billing.customer_subscriptions(:'customer')), 'Ventas 1 basic trialing choose_plan', 'what his channel has bought');
insert into billing.reservation (portal_id, payment_id, channel_id, amount, held, reserved_at, changed_at)
select :'portal', tests.top_up(:'portal', (n + 4) * 1000000, 'pi_' || n), :'channel', 900000, 900000, tenancy.now(), tenancy.now() from generate_series(1, 2) n;
select is((select reserved from billing.customer_subscriptions(:'customer')), 1800000::bigint, 'and what is kept for its next period');
select tenancy.assign_portal('staff', :'other', :'customer');
select set_eq(format('select channel_id from billing.customer_subscriptions(%L)', :'customer'), array[:'channel', :'second']::uuid[], 'in all his portals');
select is_empty(format('select 1 from billing.customer_subscriptions(%L)', gen_random_uuid()), 'nobody has none');
select * from finish();
rollback;
