-- requirement: R2.2-a, R2.2-d, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select is(messaging.take_call(:'portal', 'im.notify.system.add', 50), 0::numeric, 'a portal takes fifty calls at once');
select is(messaging.take_call(:'portal', 'imopenlines.session.history.get'), 0.5, 'and then two a second, whatever the method');
select tests.pass('1 minute');
select messaging.close_bucket(:'portal', 'method', 'im.notify.system.add', '40 seconds');
select is(messaging.take_call(:'portal', 'im.notify.system.add'), 40::numeric, 'a method whose time is used up waits');
select is(messaging.take_call(:'portal', 'imopenlines.session.history.get', 50), 0::numeric, 'the others do not, and the wait took no call');
select tests.pass('40 seconds');
set local role whatsappb24_worker;
select is(messaging.take_call(:'portal', 'im.notify.system.add'), 0::numeric, 'afterwards it is called again');
reset role;
select is(tests.refusal('select messaging.take_call(gen_random_uuid(), ''im.notify.system.add'')'), 'WB404 unknown_portal', 'a portal that is not there is not called');
select * from finish();
rollback;
