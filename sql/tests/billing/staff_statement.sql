-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select is(tests.refusal(format('select billing.staff_statement(%L)', :'portal')), 'WB404 no_wallet', 'there is one to read');
select tests.fund(:'portal', 10000000);
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 1000000), tests.item(:'portal', 'b', 2000000)));
select results_eq(format('select * from billing.staff_statement(%L)', :'portal'), format('select * from billing.statement(%L, ''1'')', :'portal'), 'staff see the lines that the customer sees');
select is((select count(*) from billing.staff_statement(:'portal')), 3::bigint, 'all of them');
select is((select array_agg(amount) from billing.staff_statement(:'portal', p_after => (select cursor from billing.staff_statement(:'portal', p_limit => 1)), p_limit => 1)), '{-1000000}'::bigint[], 'page by page');
select * from finish();
rollback;
