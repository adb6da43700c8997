-- requirement: R2.2-a, R2.2-d, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_portal('bbbb') as other \gset
select messaging.take_tokens(:'portal', 'portal') \g /dev/null
select tests.pass('1 hour');

select messaging.close_bucket(:'portal', 'portal', '', '10 seconds');
select is(messaging.take_tokens(:'portal', 'portal'), 10::numeric, 'the other side asked for ten seconds: nobody calls');
select is(messaging.take_tokens(:'other', 'portal'), 0::numeric, 'another portal does');
select messaging.close_bucket(:'portal', 'portal', '', '2 seconds');
select is(messaging.take_tokens(:'portal', 'portal'), 10::numeric, 'a longer pause stands');
select tests.pass('10 seconds');
select is(messaging.take_tokens(:'portal', 'portal', '', 20), 0::numeric, 'afterwards it has refilled from empty: two a second');
select is(messaging.take_tokens(:'portal', 'portal'), 0.5, 'not more, however long nobody had called before');
select messaging.close_bucket(:'portal', 'portal', '', '2 days');
select is(messaging.take_tokens(:'portal', 'portal'), 900::numeric, 'a pause is fifteen minutes at most');
set local role whatsappb24_worker;
select messaging.close_bucket(:'portal', 'number', '5215550001111', '5 seconds');
reset role;
select is(messaging.take_tokens(:'portal', 'number', '5215550001111'), 5::numeric, 'a bucket that nobody used yet can be closed');
select is(tests.refusal('select messaging.close_bucket(gen_random_uuid(), ''portal'', '''', ''1 second'')'), 'WB404 unknown_portal', 'that of a portal which is not there cannot');
select * from finish();
rollback;
