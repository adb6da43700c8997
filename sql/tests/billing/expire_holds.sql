-- requirement: R2.4-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.submitted(:'portal', 'uno', '101') as lost \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'lost', 'unknown', '{"code": "timeout"}');
select tests.pass('2 minutes');
select messaging.unblock_lanes();
select tests.submitted(:'portal', 'dos', '102') as silent \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'silent', 'accepted', '{"keys": {"gs": "gs-2"}}');
select tests.pass('1 minute');
select tests.submitted(:'portal', 'tres', '103') as later \gset
create function pg_temp.charge_of(p_message uuid) returns text language sql as $$ select state from billing.charge where message_id = p_message $$;

select tests.at('2026-11-25 12:01+00');
select is(billing.expire_holds(), 0, 'a hold lives for 72 hours');
select tests.at('2026-11-25 12:02+00');
select is(billing.expire_holds(1), 1, 'then it is released, even where older unknown ones stand before it');
select is(pg_temp.charge_of(:'silent'), 'released', 'of a message that nobody reported on');
select is(pg_temp.charge_of(:'lost'), 'held', 'a message whose outcome is unknown keeps its hold');
select is(pg_temp.charge_of(:'later'), 'held', 'a later message keeps its own');
select is(billing.expire_holds(), 0, 'once');

select is(tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "gs-2"}'), 'applied', 'a report that comes after all');
select is(pg_temp.charge_of(:'silent'), 'captured', 'captures what was released');
select messaging.resolve_unknown(:'portal', :'lost', 'drop', '1');
select is(pg_temp.charge_of(:'lost'), 'released', 'an unknown message lets go of its hold when a person resolves it');
select * from finish();
rollback;
