-- requirement: R2.1-b, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
insert into tenancy.erasure (portal_id, channel_id, asked_at, step) values (:'portal', :'channel', tenancy.now(), 'log');
select trace.write(jsonb_build_array(
  jsonb_build_object('level', 'INFO', 'event', 'a', 'portal_id', :'portal', 'channel_id', :'channel', 'request', '{"x": 1}'::jsonb, 'summary', 'stays'),
  jsonb_build_object('level', 'INFO', 'event', 'b', 'portal_id', :'portal', 'conversation_id', (select conversation_id from messaging.message where message_id = :'hello'), 'response', '{"x": 1}'::jsonb),
  jsonb_build_object('level', 'INFO', 'event', 'c', 'portal_id', :'portal', 'request', '{"x": 1}'::jsonb),
  jsonb_build_object('level', 'INFO', 'event', 'd', 'request', '{"x": 1}'::jsonb)));
select is(tenancy.erase_log(:'portal', :'channel', 2), 2, 'a page of the portal''s log a call');
select is(tenancy.erase_log(:'portal', :'channel', 2), 1, 'the next goes on after it');
select set_eq('select event from trace.log where request is not null or response is not null', array['c', 'd'],
  'what is of the channel or of its conversations is emptied, nothing else');
select is((select summary from trace.log where event = 'a'), 'stays', 'that it happened stays');
select is((select step from tenancy.erasure), 'rest', 'then comes the rest');
select * from finish();
rollback;
