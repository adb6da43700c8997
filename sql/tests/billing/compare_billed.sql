-- requirement: R2.3-a, R2.4-c, R1
begin;
select plan(16);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent', 'out marketing * 0.6 0.3 sent');
select tests.fund(:'portal', 10000000);
select tests.paid(:'portal', :'channel', 'agreed') \g /dev/null
select tests.billed(:'portal', :'channel', 'agreed') \g /dev/null
select is(billing.compare_billed(100), 0, 'nothing is compared before its time');
select tests.pass('5 minutes');
select is(billing.compare_billed(100), 1, 'then it is');
select is(tests.differences(), null, 'what agrees is no difference');
select is(billing.compare_billed(100), 0, 'and is left alone');
select is((select due_at from billing.billed), '2026-11-25 12:00+00'::timestamptz, 'until three days later');

-- Each kind
select tests.billed(:'portal', :'channel', 'nobody''s') \g /dev/null
select tests.paid(:'portal', :'channel', 'dear') \g /dev/null
select tests.billed(:'portal', :'channel', 'dear', '{"category": "marketing"}', '5731234567') \g /dev/null
select tests.paid(:'portal', :'channel', 'free') \g /dev/null
select tests.billed(:'portal', :'channel', 'free', '{"billable": false}') \g /dev/null
select tests.ids(1) as lost \gset
select tests.held(:'portal', :'channel', :'lost', '{"country": "MX"}');
insert into messaging.alias (portal_id, kind, key, message_id, created_at) values (:'portal', 'gs', 'lost', (:'lost'::uuid[])[1], tenancy.now());
select tests.billed(:'portal', :'channel', 'lost', '{"category": "utility"}') \g /dev/null
select tests.pass('5 minutes');
select is(billing.compare_billed(100), 4, 'all that is due is looked at');
select is(tests.differences(), 'billed_by_us_only false service MX beside captured 400000 service MX, other_category true marketing CO beside captured 400000 service MX, other_country true marketing CO beside captured 400000 service MX',
  'what is paid and free there, another category and another country are differences');
select is((select array_agg(due_at - tenancy.now() order by due_at) from billing.billed where due_at < '2026-11-25'), array['1 hour', '6 hours']::interval[], 'a message that no alias names and a charge that is held are waited for');
select tests.moved(:'portal', :'lost', 'failed');
select tests.pass('1 day');
select billing.compare_billed(100) \g /dev/null
select is((select string_agg(kind, ', ' order by kind) from billing.difference where kind in ('unknown_message', 'not_billed_by_us')), 'not_billed_by_us, unknown_message', 'not for ever');
select is((select charged ->> 'state' from billing.difference where kind = 'not_billed_by_us'), 'released', 'billable there, released here');
select is((select message_id from billing.difference where kind = 'unknown_message'), null, 'a message of which we know nothing has no story');
select is((select count(*) from billing.difference), 6::bigint, 'each once');

-- Late evidence
select tests.moved(:'portal', :'lost', 'sent');
select tests.at('2026-11-26 12:00+00');
select is(billing.compare_billed(100), 5, 'all are looked at once more');
select is((select count(*) from billing.difference where kind = 'not_billed_by_us'), 0::bigint, 'a difference that is none any more is gone');
select is((select count(*) from billing.difference), 5::bigint, 'the others stay');
select is((select count(*) from billing.billed where due_at is not null), 0::bigint, 'and nothing waits');
select * from finish();
rollback;
