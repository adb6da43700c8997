-- requirement: R2.2-a, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tenancy.beat('api-1') \g /dev/null
select tenancy.beat('api-2') \g /dev/null
select tests.pass('10 seconds');
set local role whatsappb24_api;
select tenancy.end_beating('api-1') \g /dev/null
select is(tenancy.beat('api-2'), 0, 'who says farewell is not missed');
select tests.pass('10 seconds');
select is(tenancy.beat('api-2'), 0, 'nor later');
select tenancy.end_beating('api-2') \g /dev/null
select tests.pass('1 second');
select is(tenancy.beat('api-3'), 1, 'between the last farewell and the next beginning nobody listened');
select is(tenancy.beat('api-3'), 0, 'which is noticed once');
select * from finish();
rollback;
