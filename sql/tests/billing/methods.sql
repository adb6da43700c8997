-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'eva');
select tests.saved(:'portal', 'pm_1') as first \gset
select tests.pass('1 minute');
select tests.saved(:'portal', 'pm_2') as second \gset
select is((select array_agg(method_id || ' ' || is_recharged) from billing.methods(:'portal', '1')), array[:'second' || ' true', :'first' || ' false'], 'the newest first, and which one is recharged with');
select billing.remove_method(:'portal', '1', :'second');
select is((select array_agg(method_id) from billing.methods(:'portal', '1')), array[:'first'::uuid], 'without those that are gone');
select is(tests.refusal(format('select billing.methods(%L, ''12'')', :'portal')), 'WB403 permission', 'not for everybody');
select * from finish();
rollback;
