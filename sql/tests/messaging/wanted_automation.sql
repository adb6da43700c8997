-- requirement: R2.5-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(messaging.wanted_automation(:'portal') - 'senders', '{"registered": null, "templates": []}', 'no templates yet, nothing registered');
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select is(messaging.wanted_automation(:'portal') -> 'templates' #>> '{0,template_id}', :'template', 'an approved template can be sent');
select is(jsonb_array_length(messaging.wanted_automation(:'portal') -> 'templates'), 1, 'a paused one cannot');
select is(messaging.wanted_automation(:'portal') -> 'senders' #>> '{0,phone}', '5215550001111', 'each number in use is a sender');
update tenancy.channel set state = 'disconnected';
update tenancy.portal set repair_report = '{"automation": "d1"}';
select is(messaging.wanted_automation(:'portal'), '{"registered": "d1", "templates": [], "senders": []}', 'a channel that is off offers nothing');
select * from finish();
rollback;
