-- requirement: R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.submitted(:'portal', 'uno', '101') as lost \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'lost', 'unknown', '{"code": "timeout"}');
select is(messaging.explain_unknown(:'portal', :'channel', '5215551234567'), null, 'without a receipt nothing is explained');
insert into messaging.parked_receipt (portal_id, parked_id, channel_id, gs_key, destination, apply_at, expires_at, item)
values (:'portal', tenancy.new_id(), :'channel', 'gs-1', '5215551234567', 'infinity', tenancy.now() + interval '1 day', '{"event": "sent"}');
select messaging.explain_unknown(:'portal', :'channel', '5215551234567') as explained \gset
select is((:'explained'::jsonb ->> 'message_id'), :'lost', 'the only unknown send is meant');
select is((select string_agg(m ->> 'to_state', ', ') from jsonb_array_elements(:'explained'::jsonb -> 'moves') m), 'submitted, sent', 'and its moves are told, for the charge to follow');
select * from finish();
rollback;
