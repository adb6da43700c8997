-- requirement: R2.4-a, R4-b
begin;
select plan(8);
select tests.create_portal() as portal \gset
select customer_id as customer from tenancy.portal \gset
create function pg_temp.turned(p_customer uuid, p_state text) returns text language sql as $$
  select tests.refusal(format('select tenancy.turn_customer(''eva'', %L, %L)', p_customer, p_state))
$$;
select is(pg_temp.turned(:'customer', 'closed'), 'WB409 customer_in_use', 'whoever has the application installed is not closed');
update tenancy.portal set state = 'uninstalled';
select is(pg_temp.turned(:'customer', 'closed'), 'accepted', 'whoever left is');
select is((select row(state, version) from tenancy.customer), row('closed'::text, 2), 'and it is kept');
select is((select row(actor, after) from tenancy.customer_change), row('eva'::text, '{"state": "closed"}'::jsonb), 'by whom, too');
select is(pg_temp.turned(:'customer', 'closed'), 'accepted', 'again is once');
select is(pg_temp.turned(:'customer', 'blocked'), 'WB400 malformed_item', 'into a state that there is');
select is(pg_temp.turned(gen_random_uuid(), 'closed'), 'WB404 unknown_customer', 'a customer that we have');
select tests.create_portal() \g /dev/null
select is((select row(state, version) from tenancy.customer), row('active'::text, 3), 'a portal that installs again opens its customer');
select * from finish();
rollback;
