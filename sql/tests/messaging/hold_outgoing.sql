-- requirement: R2.4-c, R4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.publish_card('out service MX 0.4 0.3 sent', 'out service * 0.8 0.5 sent');
select tests.fund(:'portal', 900000);
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal'), tests.outgoing(:'portal', '{"key": "101"}'), tests.outgoing(:'portal', '{"key": "102", "source": "robot"}'))),
  'accepted, accepted, refused balance', 'what the balance covers is accepted, the rest refused');
select is((select string_agg(country || ' ' || price || ' ' || user_id, ', ') from billing.charge), 'MX 400000 7, MX 400000 7', 'at the price of the customer''s country, for the author');
select is(tests.queue_of(:'portal'), 'Buenos días, Buenos días', 'only what is held is queued');
select is((select reason || ' ' || (detail ->> 'available') || ' of ' || (detail ->> 'price') from messaging.message where state = 'refused'), 'balance 100000 of 400000', 'the author can see the figures');
select tests.fund(:'portal', 1000000, 'stripe:pi:2');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "103", "source": "robot"}'))), 'accepted', 'after a top-up it goes on');
select is((select robot || coalesce(user_id, '') from billing.charge where robot is not null), '*', 'a robot''s message counts for robots, not for its author');

-- a customer who hides his number
select tests.fund(:'portal', 1000000, 'stripe:pi:3');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "hidden", "wa_id": null, "bsuid": "MX.a"}'))), 'accepted', 'somebody without a number writes');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "104", "chat_key": "MX.a"}'), tests.outgoing(:'portal', '{"key": "105"}'))),
  'refused no_number, accepted', 'an answer is refused, for messages go to numbers');
select is(tests.received(jsonb_build_array(tests.incoming(:'portal', :'channel', '{"key": "shown", "wa_id": "5215559876543", "bsuid": "MX.a"}'))) || ', '
  || tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "106", "chat_key": "MX.a"}'))), 'accepted, accepted', 'until the number is shown');
select * from finish();
rollback;
