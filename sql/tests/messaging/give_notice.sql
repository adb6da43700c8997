-- requirement: R2.2-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '1') as one \gset
select message_id as robot from messaging.submit(jsonb_build_array(tests.outgoing(:'portal', '{"source": "robot", "key": "r-1", "user_id": null}'))) \gset

select messaging.give_notice('trouble', array[:'portal', :'portal', :'portal']::uuid[], array[:'one', :'robot', :'one']::uuid[]);
select results_eq('select kind, due_at, expires_at from messaging.notice',
  $$values ('trouble', '2026-11-22 12:00+00'::timestamptz, '2026-11-29 12:00+00'::timestamptz), ('trouble', '2026-11-22 12:00+00', '2026-11-29 12:00+00')$$,
  'a trouble is told at once, for every source, for at most a week; named twice, it is one');
select messaging.give_notice('tick', array[:'portal', :'portal']::uuid[], array[:'one', :'robot']::uuid[]);
select results_eq($$select message_id from messaging.notice where kind = 'tick'$$, format('values (%L::uuid)', :'one'), 'only the open line has a tick');
select messaging.give_notice('verify', array[:'portal'::uuid], array[:'hello'::uuid]);
select results_eq($$select due_at from messaging.notice where kind = 'verify'$$, $$values ('2026-11-22 12:00:05+00'::timestamptz)$$,
  'a question waits five seconds, for the portal''s history to show the message');

-- until it is told
select results_eq(format('select kind from messaging.claim_notices(array[%L::uuid]) order by kind', :'portal'), $$values ('tick'), ('trouble'), ('trouble')$$, 'they are claimed');
select is((select count(*) from messaging.notice where due_at <= tenancy.now()), 0::bigint, 'and not due while they are told');
select messaging.give_notice('trouble', array[:'portal'::uuid], array[:'one'::uuid]);
select is((select count(*) from messaging.notice where kind = 'trouble' and message_id = :'one'), 1::bigint, 'news about one that is just being told');
select is((select due_at from messaging.notice where kind = 'trouble' and message_id = :'one'), tenancy.now(), 'is due again at once, so that the teller sees it');
select is((select messaging.settle_notices(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'notice_id', n.notice_id, 'token', 0, 'outcome', 'told')))
             from messaging.notice n where n.kind = 'trouble' and n.message_id = :'one'), 0, 'and the earlier word does not take it away');
select tests.pass('5 seconds');
select token from messaging.claim_notices(array[:'portal'::uuid]) where kind = 'verify' \gset
select messaging.give_notice('verify', array[:'portal'::uuid], array[:'hello'::uuid]);
select is((select messaging.settle_notices(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'notice_id', n.notice_id, 'token', :token, 'outcome', 'told')))
             from messaging.notice n where n.kind = 'verify'), 0, 'who looked for the attempt before does not end the look for the newer one');
select lives_ok(format('select messaging.give_notice(''trouble'', array[%1$L::uuid], array[%1$L::uuid])', :'portal'), 'a message that does not exist has no notice');
select * from finish();
rollback;
