-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 5000000, 'pi_1');
select tests.pass('1 minute');
select tests.top_up(:'portal', 6000000, 'pi_2');
select is((select array_agg(name) from billing.documents(:'portal', '1')), array['R-000002', 'R-000001'], 'the newest first');
select document_id as last from billing.documents(:'portal', '1', null, 1) \gset
select is((select array_agg(name) from billing.documents(:'portal', '1', :'last')), array['R-000001'], 'page by page');
select is(tests.refusal(format('select billing.documents(%L, ''12'')', :'portal')), 'WB403 permission', 'not for everybody');
select is(tests.refusal(format('select billing.documents(%L, ''1'', null, 900)', :'portal')), 'WB400 malformed_call', 'a page ends');
select * from finish();
rollback;
