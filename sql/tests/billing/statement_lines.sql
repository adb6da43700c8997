-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 10000000);
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 1000000), tests.item(:'portal', 'b', 2000000)));
select is((select string_agg(amount || ' ' || balance, ', ') from billing.statement_lines(:'portal', null, null, null, null, null, 10)), '10000000 10000000, -1000000 9000000, -2000000 7000000', 'the lines in their order');
select is(tests.refusal(format('select billing.statement_lines(%L, null, null, null, null, %L, 10)', :'portal', 'x')), 'WB400 malformed_call', 'a place that there is');
select * from finish();
rollback;
