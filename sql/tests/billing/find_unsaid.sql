-- requirement: R2.3-a, R2.4-c, R1
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as silent \gset
select tests.publish_card('out service * 0.4 0.3 sent', 'out utility * 0 0 sent');
select tests.fund(:'portal', 10000000);
select is(billing.find_unsaid(10), 0, 'where Gupshup never said anything nothing is looked for');
select tests.billed(:'portal', :'channel', 'said') \g /dev/null
select tests.paid(:'portal', :'channel', 'said') \g /dev/null
select tests.paid(:'portal', :'channel', 'unsaid') as unsaid \gset
select tests.paid(:'portal', :'channel', 'free', '{"category": "utility"}') \g /dev/null
select tests.paid(:'portal', :'silent', 'silent') \g /dev/null
select tests.pass('5 minutes');
select billing.compare_billed(10) \g /dev/null
select tests.pass('23 hours');
select is(billing.find_unsaid(10), 0, 'a day is waited');
select tests.pass('2 hours');
select is(billing.find_unsaid(10), 1, 'then the portal''s charges are looked for');
select is((select row(kind, message_id, said, charged ->> 'price') from billing.difference), row('billed_by_us_only'::text, :'unsaid'::uuid, '{}'::jsonb, '400000'::text),
  'what was paid and never heard of is a difference; what cost nothing, or came through a channel without such events, is none');
select is(billing.find_unsaid(10), 0, 'a portal whose hours are over is done');
select tests.paid(:'portal', :'channel', 'later') \g /dev/null
select tests.pass('10 days');
select is(billing.find_unsaid(10) + billing.find_unsaid(10) + billing.find_unsaid(10), 2, 'time without messages is passed over at once');
select tests.billed(:'portal', :'channel', 'unsaid') \g /dev/null
select tests.pass('5 minutes');
select is(billing.compare_billed(10), 2, 'what is said after all');
select is(tests.differences(), null, 'makes the difference go');
select * from finish();
rollback;
