-- requirement: R2.2-a, R2.2-d, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_portal('bbbb') as other \gset

set local role whatsappb24_worker;
select messaging.take_tokens(:'portal', 'portal', '', 50) as waits \gset
reset role;
select is(:waits::numeric, 0::numeric, 'a portal takes fifty calls at once');
select is(messaging.take_tokens(:'portal', 'portal'), 0.5, 'then one has to wait half a second');
select is(messaging.take_tokens(:'portal', 'portal', '', 10), 5::numeric, 'ten have to wait five: nothing was taken');
select is(messaging.take_tokens(:'other', 'portal'), 0::numeric, 'another portal does not wait');
select is(messaging.take_tokens(:'portal', 'number', '5215550001111'), 0::numeric, 'nor another bucket');
select tests.pass('500 milliseconds');
select is(messaging.take_tokens(:'portal', 'portal'), 0::numeric, 'two a second come back');
select tests.pass('1 day');
select messaging.take_tokens(:'portal', 'portal', '', 50) \g /dev/null
select is(messaging.take_tokens(:'portal', 'portal'), 0.5, 'a day of rest fills the bucket, not more');
select tests.pass('-1 hour');
select is(messaging.take_tokens(:'portal', 'portal'), 0.5, 'a clock that goes back gives and takes nothing');
select tests.pass('1 hour');
update tenancy.portal set tier = 'enterprise' where portal_id = :'portal';
select tests.pass('50 seconds');
select is(messaging.take_tokens(:'portal', 'portal', '', 250), 0::numeric, 'an Enterprise portal refills five a second up to 250');

-- one customer is not written to faster than WhatsApp lets
select messaging.take_tokens(:'portal', 'pair', '5215550001111/5215551234567', 45) \g /dev/null
select is(messaging.take_tokens(:'portal', 'pair', '5215550001111/5215551234567'), 1::numeric, 'a pair of numbers has a bucket of its own');
select is(messaging.take_tokens(:'portal', 'pair', '5215550001111/5215557654321'), 0::numeric, 'for each customer');

select is(tests.refusal('select messaging.take_tokens(gen_random_uuid(), ''portal'')'), 'WB404 unknown_portal', 'a portal that is not there');
select is(tests.refusal(format('select messaging.take_tokens(%L, ''moon'')', :'portal')), 'WB400 malformed_call', 'a bucket without a rate');
select is(tests.refusal(format('select messaging.take_tokens(%L, ''pair'', '''', 46)', :'portal')), 'WB400 malformed_call', 'more than it can ever hold would wait for ever');
select is(tests.refusal(format('select messaging.take_tokens(%L, ''pair'', '''', -1)', :'portal')), 'WB400 malformed_call', 'nobody puts tokens in');
select * from finish();
rollback;
