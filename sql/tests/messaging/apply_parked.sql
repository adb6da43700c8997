-- requirement: R2.2-a, R2.4-c
begin;
select plan(17);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
create function tests.sent(p_portal_id uuid, p_key text, p_gs text) returns uuid language plpgsql as $$
declare v_message uuid := tests.submitted(p_portal_id, 'hola', p_key);
begin
  perform tests.claimed(p_portal_id);
  perform tests.settled(p_portal_id, v_message, 'accepted', jsonb_build_object('keys', jsonb_build_object('gs', p_gs)));
  return v_message;
end $$;

-- a failure is held back for five seconds
select tests.sent(:'portal', '101', 'gs-1') as one \gset
select tests.sent(:'portal', '102', 'gs-2') as two \gset
select tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-1"}', '{"code": "131026"}') \g /dev/null
select tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-2"}', '{"code": "131026"}') \g /dev/null
select tests.pass('4 seconds');
select is(messaging.apply_parked(), 0, 'a failure that a delivery may contradict is held back');
select is(tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-2"}'), 'applied', 'and the delivery comes in time');
select tests.pass('1 second');
set local role whatsappb24_worker;
select messaging.apply_parked() as applied \gset
reset role;
select is(:applied, 2, 'after five seconds both are applied, by the worker');
select is(tests.state_of(:'portal', :'one'), 'failed', 'the one nobody contradicted failed');
select is((select state from billing.charge where message_id = :'one'), 'released', 'its money is released');
select is(tests.state_of(:'portal', :'two'), 'delivered', 'the other one stays delivered');
select is((select count(*) from messaging.receipt where event = 'failed'), 2::bigint, 'the evidence of both is kept');
select is(messaging.apply_parked(), 0, 'once');

-- A receipt that was parked while, in another transaction, the settle that brings its id was committing: neither saw
-- the other. The round brings them together.
select tests.submitted(:'portal', 'tres', '103') as three \gset
select tests.claimed(:'portal') \g /dev/null
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-3", "wa": "wamid.3"}') \g /dev/null
create temp table overtaken on commit drop as select * from messaging.parked_receipt;
delete from messaging.parked_receipt;
select tests.settled(:'portal', :'three', 'accepted', '{"keys": {"gs": "gs-3"}}') \g /dev/null
insert into messaging.parked_receipt select * from overtaken;
select is(messaging.apply_parked(), 1, 'a receipt that crossed with its settle is found by the round');
select is(tests.state_of(:'portal', :'three'), 'delivered', 'and its message is delivered');
select is((select message_id from messaging.alias where key = 'wamid.3'), :'three'::uuid, 'WhatsApp''s id is learnt from it');

-- the same for a send that became unknown meanwhile
select tests.submitted(:'portal', 'cuatro', '104') as four \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'four', 'unknown') \g /dev/null
select tests.receipt(:'portal', :'channel', 'enqueued', '{"gs": "gs-4"}') \g /dev/null
select is(messaging.apply_parked(), 1, 'a receipt that can only mean an unknown send settles it');
select is(tests.state_of(:'portal', :'four'), 'enqueued', 'and says where it is');

-- what nobody claims
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "of-somebody-else"}') \g /dev/null
select tests.pass('23 hours 59 minutes');
select messaging.apply_parked() \g /dev/null
select is((select count(*) from messaging.parked_receipt), 1::bigint, 'what names no message of ours is kept for a day');
insert into messaging.alias (portal_id, kind, key, message_id, created_at)
select portal_id, 'gs', 'known-at-last', message_id, tenancy.now() from messaging.message where message_id = :'one';
update messaging.parked_receipt set gs_key = 'known-at-last' where gs_key = 'of-somebody-else';
select tests.pass('1 minute');
select is(messaging.apply_parked(), 1, 'it is looked at once more before it is forgotten');
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "of-somebody-else"}') \g /dev/null
select tests.pass('24 hours');
select is(messaging.apply_parked(), 0, 'what is still nobody''s then');
select is((select count(*) from messaging.parked_receipt), 0::bigint, 'is forgotten');
select * from finish();
rollback;
