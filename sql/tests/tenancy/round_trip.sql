-- requirement: R2.5-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.kept() returns jsonb language sql as $$
  select tenancy.keep_facts(c.portal_id, c.channel_id, jsonb_build_array(tenancy.round_trip(c.portal_id, c.channel_id))) from tenancy.channel c;
  select f.value from tenancy.channel_fact f where f.fact = 'round_trip'
$$;
select is(pg_temp.kept(), '{}', 'nothing was said yet');
select tests.customer_writes(:'portal', :'channel') as hello \gset
select is(pg_temp.kept(), '{}', 'what waits was not handed over');
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select is((pg_temp.kept() ->> 'in_at')::timestamptz, tenancy.now(), 'a message was handed over to the portal');
select tests.pass('1 minute');
select tests.submitted(:'portal') as message \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "g1"}}');
select is(pg_temp.kept() ->> 'out_at', null, 'what was taken has not reached a phone');
select tests.receipt(:'portal', :'channel', 'delivered', '{"gs": "g1"}');
select is((pg_temp.kept() ->> 'out_at')::timestamptz, tenancy.now(), 'now it has');
select tests.pass('30 days');
select is((pg_temp.kept() ->> 'out_at')::timestamptz, tenancy.now() - interval '30 days', 'it is remembered when the messages are no longer read');
select tests.customer_writes(:'portal', :'channel', 'Sigo aquí') as again \gset
select tests.submitted(:'portal', 'Otra', '101') as unpaid \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'unpaid', 'accepted', '{"keys": {"gs": "g2"}}');
select tests.receipt(:'portal', :'channel', 'failed', '{"gs": "g2"}', '{"code": "1003", "policy": "fix"}');
select is((pg_temp.kept() ->> 'unpaid_at')::timestamptz, tenancy.now(), 'a message that Gupshup''s empty wallet did not pay for is told');
select is(
  (select tenancy.round_trip(:'portal', gen_random_uuid()) -> 'value'), '{}', 'another channel has nothing of it');
select * from finish();
rollback;
