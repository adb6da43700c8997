-- requirement: R2.3-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent');
select tests.fund(:'portal', 10000000);
select tests.paid(:'portal', :'channel', 'one') \g /dev/null
select tests.billed(:'portal', :'channel', 'one', '{"billable": false}') \g /dev/null
select tests.billed(:'portal', :'channel', 'nobody''s') \g /dev/null
create function pg_temp.told(p_portal uuid) returns text language sql as $$
  select concat_ws(' ', said, compared, waiting, differences) from billing.reconciled(p_portal, '1', '2026-11-22', '2026-11-23')
$$;
select is(pg_temp.told(:'portal'), '2 0 2 {}', 'what is said waits to be compared');
select tests.pass('5 minutes');
select billing.reconcile() \g /dev/null
select is(pg_temp.told(:'portal'), '2 1 1 {"billed_by_us_only": 1}', 'what is compared is counted, with its differences');
select tests.pass('25 hours');
select billing.reconcile() \g /dev/null
select is(pg_temp.told(:'portal'), '2 2 0 {"unknown_message": 1, "billed_by_us_only": 1}', 'nothing waits for ever');
select is(tests.refusal(format('select billing.reconciled(%L, %L, now(), now())', :'portal', '12')), 'WB403 permission', 'for who may see the money');
select is(tests.refusal(format($$select billing.reconciled(%L, '1', '2026-01-01', '2026-11-01')$$, :'portal')), 'WB400 malformed_call', 'a time has an end');
select * from finish();
rollback;
